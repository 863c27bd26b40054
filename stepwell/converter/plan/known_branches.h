#pragma once

#include <array>
#include <string_view>

#include "stepwell/converter/import/import_plan.h"

namespace stepwell::converter {

// The ops that conditionals are made of; refused where the predicate is not known.
inline constexpr std::array<std::string_view, 4> kBranchOps = {"Switch", "RefSwitch", "Merge", "RefMerge"};

// Decides conditionals (Switch and Merge, what tf.cond and a layer's `training` make) whose predicate is known: a
// constant, the default of a PlaceholderWithDefault, or what the plan freezes; directly, through copies or negated.
// Adds to `plan.same` what takes the branch that is computed for its Merge; nothing of the other one is needed then.
void TakeKnownBranches(const SourceEdges& edges, ImportPlan& plan);

}  // namespace stepwell::converter
