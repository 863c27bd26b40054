#pragma once

#include <array>
#include <optional>
#include <string>

#include "stepwell/kernels/recurrent/lstm.h"
#include "stepwell/ops/recurrent/cell_attributes.h"

namespace stepwell::ops::recurrent {

// One LSTM layer over all frames of a call: what a plan makes of the loops and small ops that say it in a file. Never
// written to one. Inputs, in this order, those in brackets where the fields say so; all but x, h and c are constants:
//   x [T, B, I], or with `gates_given` x W itself [T, B, 4N]    h [B, H]    c [B, N]
//   W [I, 4N] and R [H, 4N], or one `joined` matrix [I + H, 4N]; or their transposes
//   b [4N]
//   [wi, wf, wo]   peepholes, [N] each
//   [P]            projection [N, H]; without it H = N
// Outputs: h of every frame [T, B, H], c of every frame [T, B, N]. x and the outputs are [B, T, …] with kBatchFirst.
// Equations: kernels/recurrent/lstm.h.
struct FusedLstm final : ir::OpOf<FusedLstm> {
  static constexpr std::string_view kName = "FusedLstm";
  static constexpr std::string_view kOpset = "stepwell";

  static constexpr std::array<std::string_view, 2> kWeightOrderNames{"inputs_by_gates", "gates_by_inputs"};
  static constexpr std::array<std::string_view, 2> kSequenceOrderNames{"frames_first", "batch_first"};

  kernels::SequenceOrder sequence_order = kernels::SequenceOrder::kFramesFirst;
  kernels::WeightOrder weight_order = kernels::WeightOrder::kInputsByOutputs;
  kernels::WeightOrder projection_order = kernels::WeightOrder::kInputsByOutputs;  // kOutputsByInputs: P is [H, N]
  std::string gate_order = "icfo";  // input, candidate, forget, output along the 4N axis; TensorFlow's BlockLSTM
  bool joined = false;
  bool gates_given = false;  // W is not read
  bool peepholes = false;
  bool projection = false;
  float forget_bias = 0;  // added to the forget gate
  float gate_clip = 0;    // bounds the gates before their activations; 0: unbounded
  float cell_clip = 0;    // bounds the new cell; 0: unbounded

  // Places of the inputs.
  static constexpr int kX = 0;
  static constexpr int kH = 1;
  static constexpr int kC = 2;
  static constexpr int kKernel = 3;  // W, or both joined
  std::optional<int> recurrent_input() const { return joined ? std::nullopt : std::optional(4); }
  int bias_input() const { return joined ? 4 : 5; }
  std::optional<int> peephole_input() const { return peepholes ? std::optional(bias_input() + 1) : std::nullopt; }
  std::optional<int> projection_input() const {
    return projection ? std::optional(bias_input() + (peepholes ? 4 : 1)) : std::nullopt;
  }
  int num_inputs() const { return bias_input() + 1 + (peepholes ? 3 : 0) + (projection ? 1 : 0); }

  std::vector<TensorType> Infer(const ir::InferContext& inputs) const override;
  static void Fields(auto& self, auto& field) {
    ir::EnumField(field, "sequence_order", self.sequence_order, kSequenceOrderNames);
    ir::EnumField(field, "weight_order", self.weight_order, kWeightOrderNames);
    ir::EnumField(field, "projection_order", self.projection_order, kWeightOrderNames);
    field("gate_order", self.gate_order);
    field("joined", self.joined);
    field("gates_given", self.gates_given);
    field("peepholes", self.peepholes);
    field("projection", self.projection);
    field("forget_bias", self.forget_bias);
    field("gate_clip", self.gate_clip);
    field("cell_clip", self.cell_clip);
  }
};

// The places of the gates from a word of the letters i, c, f and o, each once. Throws Error(kInvalidModel) for another.
kernels::LstmGateOrder GateOrderOf(std::string_view word);

}  // namespace stepwell::ops::recurrent
