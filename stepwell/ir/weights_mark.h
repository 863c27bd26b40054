#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "stepwell/base/memory.h"
#include "stepwell/ir/xml_document.h"

// Internal. What an `.xml` says of the `.bin` it was written with. Each of the two appears whole or not at all, but a
// machine may stop between them; the mark shows that they do not belong together. OpenVINO reads over it, and leaves it
// out of what it saves.
namespace stepwell::ir {

struct WeightsMark {
  std::size_t bytes = 0;  // of the .bin
  std::uint32_t sample =
      0;  // CRC-32C of what SampleOf takes of each slice that a Const names, in order of their places

  friend bool operator==(const WeightsMark&, const WeightsMark&) = default;
};

// The beginning of a constant: enough to tell weights from others, without reading gigabytes. Of a piece of a constant,
// which begins there, what belongs to the beginning.
std::span<const std::byte> SampleOf(std::span<const std::byte> piece, std::size_t begin = 0);

// The name of the XML processing instruction that holds the mark, and its text: "132608 sample 1f2e3d4c".
inline constexpr const char* kWeightsMarkName = "stepwell-weights";
std::string ToText(const WeightsMark& mark);
// Throws Error(kInvalidModel) where the text is no mark.
WeightsMark ParseWeightsMark(std::string_view text);

// The mark that these weights have, read through the constants of this graph. Slices outside of the weights do not
// count: reading them is an error of its own.
WeightsMark MarkOf(const XmlGraph& graph, const SharedBytes& weights);

}  // namespace stepwell::ir
