#pragma once

#include <string>

#include "stepwell/ir/builder.h"
#include "stepwell/passes/lstm_pattern.h"

namespace stepwell::passes {

// Where the layer for a pattern is added.
struct FusedLstmSite {
  ir::GraphBuilder& builder;
  std::string name;
  const ir::Graph& found_in;  // the graph whose values the pattern names; its constants are copied to the builder
  // Values of the builder: x [T, B, I] or [B, T, I], h [B, H], c [B, N].
  ir::ValueId x;
  ir::ValueId h;
  ir::ValueId c;
  kernels::SequenceOrder order = kernels::SequenceOrder::kFramesFirst;
};

// The layer's outputs: h and c of every frame, laid out as x. Of a GRU both are h.
struct FusedLstmOutputs {
  ir::ValueId h;
  ir::ValueId c;
};

// Runs the pattern's step over all frames of x: a FusedLstm or FusedGru.
FusedLstmOutputs AddFusedLstm(const FusedLstmSite& site, const LstmPattern& pattern);

}  // namespace stepwell::passes
