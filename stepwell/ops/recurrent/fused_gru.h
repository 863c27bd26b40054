#pragma once

#include "stepwell/kernels/recurrent/sequence_extent.h"
#include "stepwell/ops/recurrent/fused_lstm.h"
#include "stepwell/ops/recurrent/gru_rnn.h"

namespace stepwell::ops::recurrent {

// One GRU layer over all frames of a call: what a plan makes of loops over a GRUCell and of GRUSequence. Never written
// to a file. Inputs: x [T, B, I], h [B, N], and W, R and maybe B as of GRUCell, all constants. Output: h of every frame
// [T, B, N]. x and the output are [B, T, ...] with kBatchFirst.
struct FusedGru final : ir::OpOf<FusedGru>, GruAttributes {
  static constexpr std::string_view kName = "FusedGru";
  static constexpr std::string_view kOpset = "stepwell";

  kernels::SequenceOrder sequence_order = kernels::SequenceOrder::kFramesFirst;

  std::vector<TensorType> Infer(const ir::InferContext& inputs) const override;
  static void Fields(auto& self, auto& field) {
    GruAttributes::Visit(self, field);
    ir::EnumField(field, "sequence_order", self.sequence_order, FusedLstm::kSequenceOrderNames);
  }
};

}  // namespace stepwell::ops::recurrent
