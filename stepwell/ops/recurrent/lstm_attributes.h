#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "stepwell/ir/op.h"

namespace stepwell::ops::recurrent {

// What LSTMCell and LSTMSequence say of the cell. The gates stand in the order forget, input, candidate, output along
// the 4N axis of weights and bias. The three activations are those of the gates (f), of the candidate (g) and of the
// cell before the output gate (h).
struct LstmAttributes {
  std::int64_t hidden_size = 0;  // N
  std::vector<std::string> activations{"sigmoid", "tanh", "tanh"};
  std::vector<std::string> activations_alpha;  // numbers as the file has them
  std::vector<std::string> activations_beta;
  float clip = 0;  // bounds the gates before their activations to [-clip, clip]; 0: unbounded

  static void Visit(auto& self, auto& field) {
    field("hidden_size", self.hidden_size);
    field("activations", self.activations);
    field("activations_alpha", self.activations_alpha);
    field("activations_beta", self.activations_beta);
    field("clip", self.clip);
  }
};

// Throws Error(kUnsupported) unless the activations are sigmoid, tanh, tanh: what the kernels compute.
void RequireUsualActivations(const LstmAttributes& attributes);

// Throws Error(kInvalidModel) that names the input (`what`) unless it is of floats of the type of input 0 and can have
// the shape.
void RequireLstmInput(const ir::InferContext& inputs, int input, std::string_view what, const Shape& shape);

// The dimension `axis` of an input of that rank, dynamic where not known. Throws Error(kInvalidModel) for another rank.
Dim LstmDim(const ir::InferContext& inputs, int input, std::string_view what, int rank, int axis);

}  // namespace stepwell::ops::recurrent
