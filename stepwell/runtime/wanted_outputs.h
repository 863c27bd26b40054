#pragma once

#include <vector>

#include "stepwell/runtime/plan.h"

namespace stepwell::runtime {

struct WantedOutputs {
  std::vector<std::size_t> outputs;
  std::vector<Plan::LeftOut> left_out;
};

// The outputs that the request asks for, or all for which its inputs suffice. Throws Error(kInvalidArgument) when one
// that was asked for needs an input that is not given, when no output can be computed, and when the request does not
// fit the graph.
WantedOutputs FindWantedOutputs(const ir::Graph& graph, const PlanRequest& request);

}  // namespace stepwell::runtime
