#pragma once

#include "stepwell/ir/versioned_op.h"
#include "stepwell/ops/recurrent/cell_attributes.h"

namespace stepwell::ops::recurrent {

// What LSTMCell and LSTMSequence say. The gates stand in the order forget, input, candidate, output along the 4N axis
// of weights and bias. The three activations are those of the gates (f), of the candidate (g) and of the cell before
// the output gate (h).
struct LstmAttributes : CellAttributes {
  LstmAttributes() { activations = {"sigmoid", "tanh", "tanh"}; }

  // Whether the activations are those of LSTMs everywhere, which the fast kernels compute.
  bool has_usual_activations() const { return activations == LstmAttributes().activations; }
  CellContract contract() const { return ContractOf(*this, {.gates = 4, .states = 2, .activations = 3}); }
};

// One step of an LSTM. Inputs: X [B, I], H [B, N], C [B, N], W [4N, I], R [4N, N], and B [4N] (zero when absent).
// Outputs: the new H and the new C, [B, N] each. With s = sigmoid, * element by element, and [gate] the gate's part of
// clip(X W^T + H R^T + B):
//   f = s([f])   i = s([i])   c = tanh([c])   o = s([o])   C' = f * C + i * c   H' = o * tanh(C')
// or with other activations f, g, h for s, tanh and the last tanh. OpenVINO's LSTMCell-4, and LSTMCell-1 with the gates
// in that order, without peepholes (a seventh input, which must be zeros) and without coupled gates (input_forget).
struct LstmCell final : ir::OpOf<LstmCell>, LstmAttributes, ir::VersionedOp {
  static constexpr std::string_view kName = "LSTMCell";
  static constexpr std::string_view kOpset = "opset4";

  static constexpr int kPeepholes = 6;

  bool is_of_opset1 = false;
  std::string weights_format = "fico";  // of opset1
  bool input_forget = false;            // of opset1

  std::string_view opset() const override { return is_of_opset1 ? "opset1" : kOpset; }
  void SetOpset(std::string_view opset) override { is_of_opset1 = opset == "opset1"; }
  std::vector<TensorType> Infer(const ir::InferContext& inputs) const override;
  static void Fields(auto& self, auto& field) {
    CellAttributes::Visit(self, field);
    if (!self.is_of_opset1) return;
    field("weights_format", self.weights_format);
    field("input_forget", self.input_forget);
  }
};

}  // namespace stepwell::ops::recurrent
