#include "stepwell/ir/xml_weights.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "stepwell/base/beside.h"
#include "stepwell/base/crc32c.h"
#include "stepwell/base/error.h"

namespace stepwell::ir {

std::filesystem::path BinPathOf(const std::filesystem::path& xml) {
  if (xml.extension() != ".xml") {
    throw Error(ErrorKind::kInvalidArgument,
                fmt::format("a name that ends in .xml was expected and '{}' found", xml.string()));
  }
  return std::filesystem::path(xml).replace_extension(".bin");
}

WeightsReader::WeightsReader(std::filesystem::path xml, ReadIrOptions::Weights weights)
    : xml_(std::move(xml)),
      path_(BinPathOf(xml_)),
      is_missing_(weights == ReadIrOptions::Weights::kMayBeMissing && !std::filesystem::exists(path_)) {}

const SharedBytes& WeightsReader::Bytes() {
  if (bytes_) return *bytes_;
  if (!std::filesystem::exists(path_)) {
    throw Error(ErrorKind::kIo, fmt::format("the weights are missing: '{}' is not there; it belongs beside the .xml "
                                            "('stepwell info' reads the .xml alone)",
                                            path_.string()));
  }
  RequireBeside(path_, xml_);
  return bytes_.emplace(MapFile(path_));
}

void WeightsReader::RequireMark(const WeightsMark& mark, const XmlGraph& graph) {
  if (is_missing_ || mark.bytes == 0) return;
  const WeightsMark found = MarkOf(graph, Bytes());
  if (found == mark) return;
  throw Error(
      ErrorKind::kInvalidModel,
      fmt::format("'{}' is not the file that the .xml was written with: {} was expected and {} found; copy both "
                  "files, or convert the model again",
                  path_.string(), ToText(mark), ToText(found)));
}

ConstantData WeightsReader::Read(const TensorType& type, std::int64_t offset, std::int64_t size,
                                 ActivationFormat activations) {
  if (offset < 0 || size < 0) {
    throw Error(ErrorKind::kInvalidModel, fmt::format("offset {} or size {} is negative", offset, size));
  }
  if (type.shape.num_elements() == 0) size = 0;  // OpenVINO writes one byte for it
  const SharedBytes& bytes = Bytes();
  const auto key = std::tuple(AsSize(offset), ToText(type), activations);
  if (const auto given = given_.find(key); given != given_.end() && given->second.bytes.size() == AsSize(size)) {
    return given->second;
  }
  const auto frame = [&] { return fmt::format("taking a constant from '{}'", path_.string()); };
  return While(frame, [&] {
    ConstantData constant = ConstantData::Of(type, bytes.Slice(AsSize(offset), AsSize(size)));
    constant.activations = activations;
    return given_.insert_or_assign(key, std::move(constant)).first->second;
  });
}

std::size_t WeightsWriter::Put(const ConstantData& constant) {
  const auto origin = std::pair(constant.bytes.origin(), constant.bytes.size());
  if (const auto known = by_origin_.find(origin); known != by_origin_.end()) return known->second.offset;
  const std::size_t offset = Append(constant.bytes);
  by_origin_.emplace(origin, Written{constant.bytes, offset});
  return offset;
}

// Bytes may have to be computed, so they are read once: written, and taken back where the file holds them already.
std::size_t WeightsWriter::Append(const LazyBytes& bytes) {
  const std::size_t end = file_.bytes_written();
  const Digests before = digests_;
  const std::size_t offset = WriteAligned(bytes);
  if (constants_ == WriteIrOptions::Constants::kSeparate) return offset;
  const auto key = std::pair(bytes.size(), digests_.last_constant);
  const auto [first, last] = by_content_.equal_range(key);
  const auto same = std::find_if(
      first, last, [&](const auto& entry) { return file_.HoldsTwice(entry.second, offset, bytes.size()); });
  if (same == last) return by_content_.emplace(key, offset)->second;
  file_.Truncate(end);
  digests_ = before;
  return same->second;
}

std::size_t WeightsWriter::WriteAligned(const LazyBytes& bytes) {
  static constexpr std::array<std::byte, kAlignment> kPadding{};
  const std::size_t used = file_.bytes_written() % kAlignment;
  if (used != 0) file_.Write(std::span(kPadding).first(kAlignment - used));
  const std::size_t offset = file_.bytes_written();
  digests_.last_constant = 0;
  bytes.Stream([&](std::span<const std::byte> piece) {
    digests_.last_constant = Crc32c(piece, digests_.last_constant);
    digests_.samples = Crc32c(SampleOf(piece, file_.bytes_written() - offset), digests_.samples);
    file_.Write(piece);
    if (progress_) progress_(file_.bytes_written());
  });
  STEPWELL_CHECK(file_.bytes_written() - offset == bytes.size());
  return offset;
}

}  // namespace stepwell::ir
