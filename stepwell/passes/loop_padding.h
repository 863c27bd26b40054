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

// The Concat nodes that lengthen the results of a loop, seen through views and transpositions, from `trips` to `frames`
// by zeros. Nothing when a result is used in any other way.
std::optional<std::vector<const ir::Node*>> FindPaddings(const Matcher& matcher, const ir::Node& loop,
                                                         const LoopLength& length);

}  // namespace stepwell::passes
