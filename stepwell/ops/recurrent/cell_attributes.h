#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "stepwell/ir/op.h"

namespace stepwell::ops::recurrent {

// What the cells of OpenVINO and their sequences say alike. The activations are "sigmoid", "tanh" and "relu",
// whose parameters (alpha and beta) mean nothing.
struct CellAttributes {
  std::int64_t hidden_size = 0;  // N
  std::vector<std::string> activations;
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

// In which order a sequence's frames are run through: D = 2 for both ways, else 1.
enum class Direction : std::uint8_t { kForward, kReverse, kBidirectional };
inline constexpr std::array<std::string_view, 3> kDirectionNames{"forward", "reverse", "bidirectional"};
constexpr Dim NumDirections(Direction direction) { return direction == Direction::kBidirectional ? 2 : 1; }

// How the inputs of a cell fit together. A cell takes X [B, I], its states [B, N], W [G, I], R [G, N] and maybe the
// bias [bias]; a sequence X [B, T, I], its states [B, D, N], lengths (integers [B]), W [D, G, I], R [D, G, N], B [D,
// bias].
struct CellContract {
  Dim cells = 0;   // N
  Dim gates = 0;   // G, rows of the weights
  Dim bias = 0;    // rows of the bias
  int states = 1;  // H, or H and C

  int lengths() const { return 1 + states; }  // the place of that input in a sequence
};
// What a kind of cell has: parts of its weights, each hidden_size rows; states; and activations.
struct CellParts {
  int gates = 1;
  int states = 1;
  int activations = 1;
};
// Throws Error(kInvalidModel) unless hidden_size is above 0 and the activations are as many as the cell has.
CellContract ContractOf(const CellAttributes& attributes, const CellParts& parts);

// The new states [B, N].
std::vector<TensorType> InferCell(const ir::InferContext& inputs, const CellContract& contract);
// The outputs of all frames [B, D, T, N] and the last states [B, D, N].
std::vector<TensorType> InferSequence(const ir::InferContext& inputs, const CellContract& contract, Dim directions);

// Completes a sequence op from what its cell says: `Attributes` has Visit and contract(), and `Self` kName and kOpset.
template <class Self, class Attributes>
struct SequenceOf : ir::OpOf<Self>, Attributes {
  Direction direction = Direction::kForward;

  std::vector<TensorType> Infer(const ir::InferContext& inputs) const override {
    return InferSequence(inputs, this->contract(), NumDirections(direction));
  }
  static void Fields(auto& self, auto& field) {
    Attributes::Visit(self, field);
    ir::EnumField(field, "direction", self.direction, kDirectionNames);
  }
};

// Throws Error(kInvalidModel) that names the input (`what`) unless it is of floats of the type of input 0 and can have
// the shape.
void RequireCellInput(const ir::InferContext& inputs, int input, std::string_view what, const Shape& shape);

// The dimension `axis` of an input of that rank, dynamic where not known. Throws Error(kInvalidModel) for another rank.
Dim CellDim(const ir::InferContext& inputs, int input, std::string_view what, int rank, int axis);

}  // namespace stepwell::ops::recurrent
