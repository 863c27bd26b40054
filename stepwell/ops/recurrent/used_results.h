#pragma once

#include <array>

#include "stepwell/ops/recurrent/source_cell.h"

namespace stepwell::ops::recurrent {

// TensorFlow's order of the results of a step.
inline constexpr std::size_t kNumResults = 7;
inline constexpr int kCs = 1;
inline constexpr int kH = 6;

inline std::array<std::optional<ir::ValueId>, kNumResults> InOrder(const CellResults& results) {
  return {results.i, results.cs, results.f, results.o, results.ci, results.co, results.h};
}

// Whether nothing reads the results that LSTMCell does not give.
inline bool ReadsOnlyStates(const ImportSite& site) {
  for (int output = 0; output < static_cast<int>(kNumResults); ++output) {
    if (output != kCs && output != kH && site.node.IsOutputUsed(output)) return false;
  }
  return true;
}

}  // namespace stepwell::ops::recurrent
