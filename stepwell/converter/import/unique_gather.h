#pragma once

#include "stepwell/converter/import/import_plan.h"

namespace stepwell::converter {

// Recognises lookups of distinct values, Gather(Gather(W, Unique(x):0), Unique(x):1), among the nodes that the plan
// needs, and adds to `plan.same` what makes them Gather(W, x): the number of distinct values, a size that depends on
// data, is gone. The shape of the inner Gather may be asked for, except its first dimension, which was that number.
// Where anything else looks at the distinct values, the Unique stays as it is.
void RewriteUniqueGathers(const SourceEdges& edges, ImportPlan& plan);

}  // namespace stepwell::converter
