#include "stepwell/ops/recurrent/cell_attributes.h"

#include <fmt/format.h>

namespace stepwell::ops::recurrent {
namespace {

constexpr std::array<std::string_view, 3> kStateNames{"X", "H", "C"};

// The extent that X and the states share, from whichever of them knows it.
Dim BatchOf(const ir::InferContext& inputs, const CellContract& contract, int rank) {
  const std::string_view what = contract.states == 2 ? "X, H or C" : "X or H";
  Dim batch = kDynamic;
  for (int input = 0; input <= contract.states; ++input) {
    batch = MergedDim(batch, CellDim(inputs, input, what, rank, 0));
  }
  return batch;
}

void RequireLengths(const ir::InferContext& inputs, int input, Dim batch, Dim frames) {
  if (!IsInteger(inputs.dtype(input)) || !ShapesAgree(inputs.shape(input), {batch})) {
    throw Error(ErrorKind::kInvalidModel, fmt::format("input {} (lengths) is {} where integers {} are needed", input,
                                                      ToText(inputs.type(input)), ToText(Shape{batch})));
  }
  for (const std::int64_t length : inputs.ints(input).value_or(std::vector<std::int64_t>{})) {
    if (length < 0 || (frames != kDynamic && length > frames)) {
      throw Error(ErrorKind::kInvalidModel, fmt::format("length {} does not lie in 0 to {} frames", length, frames));
    }
  }
}

void RequireStates(const ir::InferContext& inputs, const CellContract& contract, const Shape& shape) {
  for (int input = 1; input <= contract.states; ++input) {
    RequireCellInput(inputs, input, kStateNames[static_cast<std::size_t>(input)], shape);
  }
}

}  // namespace

CellContract ContractOf(const CellAttributes& attributes, const CellParts& parts) {
  Require(attributes.hidden_size > 0, ErrorKind::kInvalidModel, "the hidden size of a cell must be above 0");
  if (std::ssize(attributes.activations) != parts.activations) {
    throw Error(ErrorKind::kInvalidModel, fmt::format("{} activations were expected and '{}' found", parts.activations,
                                                      fmt::join(attributes.activations, ",")));
  }
  const Dim rows = CheckedMul<Dim>(parts.gates, attributes.hidden_size);
  return {.cells = attributes.hidden_size, .gates = rows, .bias = rows, .states = parts.states};
}

std::vector<TensorType> InferCell(const ir::InferContext& inputs, const CellContract& contract) {
  const int weights = 1 + contract.states;
  inputs.RequireInputs(weights + 2, weights + 3);
  const Dim batch = BatchOf(inputs, contract, 2);
  RequireCellInput(inputs, 0, "X", {batch, kDynamic});
  RequireStates(inputs, contract, {batch, contract.cells});
  RequireCellInput(inputs, weights, "W", {contract.gates, CellDim(inputs, 0, "X", 2, 1)});
  RequireCellInput(inputs, weights + 1, "R", {contract.gates, contract.cells});
  if (inputs.has(weights + 2)) RequireCellInput(inputs, weights + 2, "B", {contract.bias});
  const TensorType state{inputs.dtype(0), {batch, contract.cells}};
  return std::vector<TensorType>(static_cast<std::size_t>(contract.states), state);
}

std::vector<TensorType> InferSequence(const ir::InferContext& inputs, const CellContract& contract, Dim directions) {
  const int lengths = contract.lengths();
  inputs.RequireInputs(lengths + 4);
  const Dim batch = MergedDim(BatchOf(inputs, contract, 3), CellDim(inputs, lengths, "lengths", 1, 0));
  const Dim frames = CellDim(inputs, 0, "X", 3, 1);
  RequireCellInput(inputs, 0, "X", {batch, frames, kDynamic});
  RequireStates(inputs, contract, {batch, directions, contract.cells});
  RequireLengths(inputs, lengths, batch, frames);
  RequireCellInput(inputs, lengths + 1, "W", {directions, contract.gates, CellDim(inputs, 0, "X", 3, 2)});
  RequireCellInput(inputs, lengths + 2, "R", {directions, contract.gates, contract.cells});
  RequireCellInput(inputs, lengths + 3, "B", {directions, contract.bias});
  const DType dtype = inputs.dtype(0);
  std::vector<TensorType> types{{dtype, {batch, directions, frames, contract.cells}}};
  types.resize(AsSize(contract.states) + 1, {dtype, {batch, directions, contract.cells}});
  return types;
}

void RequireCellInput(const ir::InferContext& inputs, int input, std::string_view what, const Shape& shape) {
  const TensorType& found = inputs.type(input);
  const TensorType expected{inputs.dtype(0), shape};
  if (IsFloat(found.dtype) && found.dtype == expected.dtype && ShapesAgree(found.shape, shape)) return;
  throw Error(ErrorKind::kInvalidModel,
              fmt::format("input {} ({}) is {} where {} is needed", input, what, ToText(found), ToText(expected)));
}

Dim CellDim(const ir::InferContext& inputs, int input, std::string_view what, int rank, int axis) {
  const Shape& shape = inputs.shape(input);
  if (!shape.has_rank()) return kDynamic;
  if (shape.rank() != rank) {
    throw Error(ErrorKind::kInvalidModel, fmt::format("input {} ({}) is {} where a tensor of rank {} is needed", input,
                                                      what, ToText(inputs.type(input)), rank));
  }
  return shape[axis];
}

}  // namespace stepwell::ops::recurrent
