#pragma once

#include <span>
#include <string_view>

#include "stepwell/runtime/plan.h"

namespace stepwell::runtime {

// Throws Error(kInvalidArgument) unless there is a view of exactly its type for each port. `whose` and `what` are
// named: "the plan", "input".
void RequirePorts(std::string_view whose, std::string_view what, std::span<const Plan::Port> ports,
                  std::span<const ConstTensorView> views);
void RequirePorts(std::string_view whose, std::string_view what, std::span<const Plan::Port> ports,
                  std::span<const TensorView> views);

}  // namespace stepwell::runtime
