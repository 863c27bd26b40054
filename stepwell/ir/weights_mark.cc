#include "stepwell/ir/weights_mark.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>

#include "stepwell/base/checked.h"
#include "stepwell/base/crc32c.h"
#include "stepwell/base/text.h"
#include "stepwell/ir/subgraph.h"
#include "stepwell/ir/xml_attribute.h"

namespace stepwell::ir {
namespace {

constexpr std::string_view kSeparator = " sample ";
constexpr std::size_t kSampleBytes = 64;
constexpr int kHexadecimal = 16;

using Slices = std::map<std::int64_t, std::int64_t>;  // offset -> size

// Bodies lie as deep in one another as the parser allows (limits::kDeepestBody).
void AddSlices(const XmlGraph& graph, Slices& slices) {
  for (const XmlLayer& layer : graph.layers) {
    if (layer.subgraph) AddSlices(layer.subgraph->body, slices);
    if (layer.type != "Const") continue;
    std::int64_t& size = slices[ParseXmlInt(layer.Attribute("offset"))];
    size = std::max(size, ParseXmlInt(layer.Attribute("size")));
  }
}

}  // namespace

std::span<const std::byte> SampleOf(std::span<const std::byte> piece, std::size_t begin) {
  return piece.first(std::min(piece.size(), kSampleBytes - std::min(begin, kSampleBytes)));
}

std::string ToText(const WeightsMark& mark) { return fmt::format("{}{}{:08x}", mark.bytes, kSeparator, mark.sample); }

WeightsMark ParseWeightsMark(std::string_view text) {
  const std::size_t separator = text.find(kSeparator);
  const auto bytes = ParseInt(text.substr(0, separator));
  const std::string_view digits =
      separator == text.npos ? std::string_view() : text.substr(separator + kSeparator.size());
  std::uint32_t sample = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), sample, kHexadecimal);
  if (!bytes || *bytes < 0 || error != std::errc() || end != digits.data() + digits.size()) {
    throw Error(ErrorKind::kInvalidModel, fmt::format("the mark of the weights is damaged: '{}'", text));
  }
  return {AsSize(*bytes), sample};
}

WeightsMark MarkOf(const XmlGraph& graph, const SharedBytes& weights) {
  Slices slices;
  AddSlices(graph, slices);
  WeightsMark mark{weights.size(), 0};
  for (const auto& [offset, size] : slices) {
    if (offset < 0 || size <= 0 || AsSize(offset) >= weights.size()) continue;
    const std::size_t present = std::min(AsSize(size), weights.size() - AsSize(offset));
    mark.sample = Crc32c(SampleOf(weights.span().subspan(AsSize(offset), present)), mark.sample);
  }
  return mark;
}

}  // namespace stepwell::ir
