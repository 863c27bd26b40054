#pragma once

#include "stepwell/converter/import/import_plan.h"

namespace stepwell::converter {

// Decides conditionals (Switch and Merge, what tf.cond and a layer's `training` make) whose predicate is known: a
// constant, the default of a PlaceholderWithDefault, or what the plan freezes; directly, through copies or negated.
// Adds to `plan.same` what takes the branch that is computed for its Merge; nothing of the other one is needed then.
void TakeKnownBranches(const SourceEdges& edges, ImportPlan& plan);

}  // namespace stepwell::converter
