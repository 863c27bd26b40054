#pragma once

#include <string>
#include <vector>

#include "stepwell/converter/transforms/transform_options.h"
#include "stepwell/ir/graph.h"

namespace stepwell::converter {

// The graph with the state of every loop (TensorIterator, Loop, LSTMSequence) kept between calls: what a back edge
// starts with becomes an input, its last value an output, and the two a state. Loops that start with a state of the
// graph already stay as they are. The numbers of a first call are the same where loops start at zero, or where the
// graph's own first values are kept. OpenVINO's LowLatency2, without its unrolling, which the runtime does not need.
//
// Throws Error(kUnsupported) naming the loop whose first value is to be kept and is computed from inputs. `warnings`
// says where there is no loop.
ir::Graph KeepLoopStates(const ir::Graph& graph, const TransformRequests::LowLatency& request,
                         std::vector<std::string>& warnings);

// The graph with the extents of every state's input that its output has: where the rest of the graph has a fixed batch,
// so has a state that nothing else says the batch of.
ir::Graph FixStates(const ir::Graph& graph);

}  // namespace stepwell::converter
