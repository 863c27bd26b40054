#pragma once

#include <optional>
#include <vector>

#include "stepwell/passes/matcher.h"

namespace stepwell::passes {

// How often a loop runs: `trips` times, which only a run tells, of at most `frames`.
struct LoopLength {
  ir::ValueId trips;
  Dim frames = 0;
};

// A Concat that puts zeros right behind the result of a loop, maybe between other tensors.
struct LoopPadding {
  const ir::Node* concat = nullptr;
  std::size_t zeros = 0;  // which of its inputs they are
};

// The Concat nodes that lengthen these results of a loop, seen through views and transpositions, from `trips` to
// `frames` by zeros. Nothing when a result is used in any other way.
std::optional<std::vector<LoopPadding>> FindPaddings(const Matcher& matcher, std::vector<ir::ValueId> results,
                                                     const LoopLength& length);

}  // namespace stepwell::passes
