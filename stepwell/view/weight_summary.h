#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "stepwell/ir/constant_data.h"

namespace stepwell::view {

// What a picture says of a constant's elements.
struct WeightSummary {
  static constexpr std::size_t kBins = 40;

  std::int64_t elements = 0;  // of the constant
  std::int64_t sampled = 0;   // looked at: all of a small constant, evenly spread ones of a big one
  std::int64_t zeros = 0;     // of those looked at, as are the rest
  std::int64_t not_finite = 0;
  double min = 0;  // of the finite ones
  double max = 0;
  double mean = 0;
  double standard_deviation = 0;
  std::array<std::int64_t, kBins> bins{};  // equally wide, from min to max
};

// Nothing for types whose elements are no whole bytes, and for constants without elements. Looks at some 65,536
// elements at most, so that a mapped file is not read as a whole.
std::optional<WeightSummary> Summarise(const ir::ConstantData& data);

}  // namespace stepwell::view
