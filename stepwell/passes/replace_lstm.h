#pragma once

#include "stepwell/passes/lstm_loop.h"
#include "stepwell/passes/rewriter.h"

namespace stepwell::passes {

// Writes a FusedLstm, or a FusedGru, in place of a loop.
void ReplaceLstmLoop(Rewriter& rewriter, const ir::Node& node, const LstmLoop& loop);

// Whether an LSTMSequence or GRUSequence of static shape can be said by FusedLstm or FusedGru: the usual activations
// and constant weights.
bool IsFusableSequence(const Matcher& matcher, const ir::Node& node);
void ReplaceLstmSequence(Rewriter& rewriter, const ir::Node& node);

}  // namespace stepwell::passes
