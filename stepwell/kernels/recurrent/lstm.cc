#include "stepwell/kernels/recurrent/lstm.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>

#include "stepwell/base/checked.h"
#include "stepwell/base/error.h"
#include "stepwell/kernels/recurrent/lstm_gates.h"

namespace stepwell::kernels {
namespace {

constexpr int kGates = 4;

void RequireSize(std::string_view what, std::int64_t size, std::int64_t expected) {
  if (size == expected) return;
  throw Error(ErrorKind::kInvalidModel, fmt::format("LSTM: {} is {}, expected {}", what, size, expected));
}

void RequireSizeIfAny(std::string_view what, std::span<const float> values, std::int64_t expected) {
  if (!values.empty()) RequireSize(what, std::ssize(values), expected);
}

// The number of cells, once everything agrees about it.
std::int64_t CheckedCells(const LstmWeights& weights) {
  const std::int64_t cells = weights.recurrent.outputs / kGates;
  RequireSize("the recurrent weights' number of gates", weights.recurrent.outputs, cells * kGates);
  RequireSize("the input weights' number of gates", weights.input.outputs, cells * kGates);
  RequireSizeIfAny("the bias", weights.bias, cells * kGates);
  RequireSizeIfAny("the input gate's peephole", weights.input_peephole, cells);
  RequireSizeIfAny("the forget gate's peephole", weights.forget_peephole, cells);
  RequireSizeIfAny("the output gate's peephole", weights.output_peephole, cells);
  if (weights.projection) RequireSize("the projection's number of inputs", weights.projection->inputs, cells);
  const std::int64_t outputs = weights.projection ? weights.projection->outputs : cells;
  RequireSize("the recurrent weights' number of inputs", weights.recurrent.inputs, outputs);
  return cells;
}

// The source's output for each packed one: gates i, g, f, o of 16 cells at a time; -1 past the last cell.
std::vector<std::int64_t> PackedGates(std::int64_t cells, const LstmGateOrder& order) {
  const std::array<int, kGates> places = {order.input, order.candidate, order.forget, order.output};
  std::vector<std::int64_t> columns;
  for (std::int64_t block = 0; block < cells; block += kLstmBlock) {
    for (const int place : places) {
      for (std::int64_t cell = block; cell < block + kLstmBlock; ++cell) {
        columns.push_back(cell < cells ? place * cells + cell : -1);
      }
    }
  }
  return columns;
}

std::vector<float> PackedBias(const LstmWeights& weights, std::int64_t cells, std::span<const std::int64_t> columns) {
  std::vector<float> packed;
  packed.reserve(columns.size());
  for (const std::int64_t column : columns) {
    float bias = column < 0 || weights.bias.empty() ? 0.0F : weights.bias[AsSize(column)];
    if (column >= 0 && column / cells == weights.order.forget) bias += weights.forget_bias;
    packed.push_back(bias);
  }
  return packed;
}

std::vector<float> PackedPeepholes(const LstmWeights& weights, std::int64_t cells) {
  const std::array<std::span<const float>, 3> gates = {weights.input_peephole, weights.forget_peephole,
                                                       weights.output_peephole};
  const auto is_empty = [](std::span<const float> values) { return values.empty(); };
  if (std::all_of(gates.begin(), gates.end(), is_empty)) return {};
  std::vector<float> packed;
  for (std::int64_t block = 0; block < cells; block += kLstmBlock) {
    for (const auto& gate : gates) {
      for (std::int64_t cell = block; cell < block + kLstmBlock; ++cell) {
        packed.push_back(cell < cells && !gate.empty() ? gate[AsSize(cell)] : 0.0F);
      }
    }
  }
  return packed;
}

}  // namespace

LstmLayer::LstmLayer(const LstmWeights& weights, WorkerTeam& team, PackedBlocks& blocks)
    : cells_(CheckedCells(weights)),
      order_(weights.order),
      gate_clip_(weights.gate_clip.value_or(std::numeric_limits<float>::infinity())),
      cell_clip_(weights.cell_clip.value_or(std::numeric_limits<float>::infinity())),
      projection_clip_(weights.projection_clip.value_or(std::numeric_limits<float>::infinity())) {
  const auto columns = PackedGates(cells_, weights.order);
  input_ = PackedMatrix(weights.input, columns, team, blocks, Inputs::kOftenZero);
  recurrent_ = PackedMatrix(weights.recurrent, columns, team, blocks, Inputs::kSeldomZero);
  if (weights.projection) projection_ = PackedMatrix(*weights.projection, team, blocks, Inputs::kSeldomZero);
  bias_ = PackedBias(weights, cells_, columns);
  peepholes_ = PackedPeepholes(weights, cells_);
}

}  // namespace stepwell::kernels
