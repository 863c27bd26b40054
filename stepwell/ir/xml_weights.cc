#include "stepwell/ir/xml_weights.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "stepwell/base/beside.h"
#include "stepwell/base/crc32c.h"
#include "stepwell/base/error.h"

namespace stepwell::ir {
namespace {

bool SameBytes(const SharedBytes& a, const SharedBytes& b) {
  return a.size() == b.size() && (a.size() == 0 || std::memcmp(a.data(), b.data(), a.size()) == 0);
}

}  // namespace

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

ConstantData WeightsReader::Read(const TensorType& type, std::int64_t offset, std::int64_t size) {
  if (offset < 0 || size < 0) {
    throw Error(ErrorKind::kInvalidModel, fmt::format("offset {} or size {} is negative", offset, size));
  }
  if (type.shape.num_elements() == 0) size = 0;  // OpenVINO writes one byte for it
  const SharedBytes& bytes = Bytes();
  const auto key = std::pair(AsSize(offset), ToText(type));
  if (const auto given = given_.find(key); given != given_.end() && given->second.bytes.size() == AsSize(size)) {
    return given->second;
  }
  const auto frame = [&] { return fmt::format("taking a constant from '{}'", path_.string()); };
  return While(frame, [&] {
    ConstantData constant = ConstantData::Of(type, bytes.Slice(AsSize(offset), AsSize(size)));
    return given_.insert_or_assign(key, std::move(constant)).first->second;
  });
}

std::size_t WeightsWriter::Put(const ConstantData& constant) {
  const SharedBytes& bytes = constant.bytes;
  const auto address = std::pair(bytes.data(), bytes.size());
  if (const auto known = by_address_.find(address); known != by_address_.end()) return known->second.offset;
  const std::size_t offset = constants_ == WriteIrOptions::Constants::kShared ? PutShared(bytes) : Append(bytes);
  bytes.ReleasePages();
  by_address_.emplace(address, Written{bytes, offset});
  return offset;
}

std::size_t WeightsWriter::PutShared(const SharedBytes& bytes) {
  const auto key = std::pair(bytes.size(), Crc32c(bytes.span()));
  const auto [first, last] = by_content_.equal_range(key);
  const auto same = std::find_if(first, last, [&](const auto& entry) { return SameBytes(entry.second.bytes, bytes); });
  if (same != last) return same->second.offset;
  const std::size_t offset = Append(bytes);
  by_content_.emplace(key, Written{bytes, offset});
  return offset;
}

std::size_t WeightsWriter::Append(const SharedBytes& bytes) {
  static constexpr std::array<std::byte, kAlignment> kPadding{};
  const std::size_t used = file_.bytes_written() % kAlignment;
  if (used != 0) file_.Write(std::span(kPadding).first(kAlignment - used));
  const std::size_t offset = file_.bytes_written();
  sample_ = Crc32c(SampleOf(bytes.span()), sample_);
  file_.Write(bytes.span());
  return offset;
}

}  // namespace stepwell::ir
