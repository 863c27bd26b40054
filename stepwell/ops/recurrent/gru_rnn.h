#pragma once

#include "stepwell/ops/recurrent/cell_attributes.h"

// Cells with one state. [gate] is the gate's part of clip(X W^T + H R^T + B), * goes element by element.
namespace stepwell::ops::recurrent {

// The gates stand in the order update (z), reset (r), candidate (h) along the 3N axis of weights and bias, their
// activations are f, f and g:
//   z = f([z])   r = f([r])   h = g(clip(X Wh^T + (r * H) Rh^T + Bh))   H' = (1 - z) * h + z * H
// With linear_before_reset the bias has a fourth part, Rb, and h = g(clip(X Wh^T + r * (H Rh^T + Rb) + Bh)).
struct GruAttributes : CellAttributes {
  GruAttributes() { activations = {"sigmoid", "tanh"}; }

  bool linear_before_reset = false;

  bool has_usual_activations() const { return activations == std::vector<std::string>{"sigmoid", "tanh"}; }
  CellContract contract() const {
    CellContract contract = ContractOf(*this, {.gates = 3, .activations = 2});
    if (linear_before_reset) contract.bias = CheckedMul<Dim>(4, hidden_size);
    return contract;
  }
  static void Visit(auto& self, auto& field) {
    CellAttributes::Visit(self, field);
    field("linear_before_reset", self.linear_before_reset);
  }
};

// H' = f(clip(X W^T + H R^T + B)).
struct RnnAttributes : CellAttributes {
  RnnAttributes() { activations = {"tanh"}; }

  CellContract contract() const { return ContractOf(*this, {}); }
};

// Inputs: X [B, I], H [B, N], W, R and B (zero when absent). Output: the new H. OpenVINO's GRUCell-3 and RNNCell-0.
struct GruCell final : ir::OpOf<GruCell>, GruAttributes {
  static constexpr std::string_view kName = "GRUCell";
  static constexpr std::string_view kOpset = "opset3";

  std::vector<TensorType> Infer(const ir::InferContext& inputs) const override { return InferCell(inputs, contract()); }
  static void Fields(auto& self, auto& field) { GruAttributes::Visit(self, field); }
};

struct RnnCell final : ir::OpOf<RnnCell>, RnnAttributes {
  static constexpr std::string_view kName = "RNNCell";
  static constexpr std::string_view kOpset = "opset1";

  std::vector<TensorType> Infer(const ir::InferContext& inputs) const override { return InferCell(inputs, contract()); }
  static void Fields(auto& self, auto& field) { CellAttributes::Visit(self, field); }
};

// Over the frames of a sequence; inputs, outputs and lengths as of LstmSequence, without C. OpenVINO's GRUSequence-5
// and RNNSequence-5.
struct GruSequence final : SequenceOf<GruSequence, GruAttributes> {
  static constexpr std::string_view kName = "GRUSequence";
  static constexpr std::string_view kOpset = "opset5";
};

struct RnnSequence final : SequenceOf<RnnSequence, RnnAttributes> {
  static constexpr std::string_view kName = "RNNSequence";
  static constexpr std::string_view kOpset = "opset5";
};

}  // namespace stepwell::ops::recurrent
