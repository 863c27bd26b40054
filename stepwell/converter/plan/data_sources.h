#pragma once

#include <vector>

#include "stepwell/converter/import/import_plan.h"
#include "stepwell/converter/import/source_edges.h"
#include "stepwell/converter/plan/requested_inputs.h"

namespace stepwell::converter {

// The outputs of iterators and queues that some node reads and whose type and rank the graph declares: a caller can
// feed them as if they were placeholders. Named NODE:PORT, also for port 0, as they stand in published commands; in the
// order of nodes and ports.
std::vector<RequestedInput> DataSourceInputs(const SourceEdges& edges);

// Whether any node or output of the plan reads the tensor.
bool IsRead(const SourceEdges& edges, const ImportPlan& plan, TensorId tensor);

}  // namespace stepwell::converter
