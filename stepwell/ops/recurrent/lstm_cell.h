#pragma once

#include "stepwell/ops/recurrent/lstm_attributes.h"

namespace stepwell::ops::recurrent {

// One step of an LSTM. Inputs: X [B, I], H [B, N], C [B, N], W [4N, I], R [4N, N], and B [4N] (zero when absent).
// Outputs: the new H and the new C, [B, N] each. With s = sigmoid, * element by element, and [gate] the gate's part of
// clip(X W^T + H R^T + B):
//   f = s([f])   i = s([i])   c = tanh([c])   o = s([o])   C' = f * C + i * c   H' = o * tanh(C')
// OpenVINO's LSTMCell-4.
struct LstmCell final : ir::OpOf<LstmCell>, LstmAttributes {
  static constexpr std::string_view kName = "LSTMCell";
  static constexpr std::string_view kOpset = "opset4";

  std::vector<TensorType> Infer(const ir::InferContext& inputs) const override;
  static void Fields(auto& self, auto& field) { LstmAttributes::Visit(self, field); }
};

}  // namespace stepwell::ops::recurrent
