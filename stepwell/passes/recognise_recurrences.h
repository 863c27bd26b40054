#pragma once

#include "stepwell/ir/graph.h"

namespace stepwell::passes {

// Replaces LSTMs by FusedLstm, recognised by structure alone: TensorIterator and Loop over an LSTMCell or over a step
// spelled out in small ops, LSTMSequence, and single steps spelled out in small ops; and GRUs by FusedGru:
// TensorIterator and Loop over a GRUCell, and GRUSequence in one direction. Results differ by rounding only.
ir::Graph RecogniseRecurrences(const ir::Graph& graph);

}  // namespace stepwell::passes
