#include "stepwell/kernels/recurrent/gru.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>

#include "stepwell/base/checked.h"
#include "stepwell/base/error.h"
#include "stepwell/kernels/recurrent/gru_gates.h"

namespace stepwell::kernels {
namespace {

constexpr std::int64_t kGates = 3;

void RequireEqual(std::string_view what, std::int64_t size, std::int64_t expected) {
  if (size == expected) return;
  throw Error(ErrorKind::kInvalidModel, fmt::format("GRU: {} is {}, expected {}", what, size, expected));
}

void RequireSizes(const GruWeights& weights) {
  const std::int64_t cells = weights.recurrent.inputs;
  RequireEqual("the recurrent weights' number of gates", weights.recurrent.outputs, kGates * cells);
  RequireEqual("the input weights' number of gates", weights.input.outputs, kGates * cells);
  if (!weights.bias.empty()) RequireEqual("the bias", std::ssize(weights.bias), kGates * cells);
  if (!weights.product_bias.empty()) RequireEqual("the product's bias", std::ssize(weights.product_bias), cells);
}

// The source's output for each packed one: update, reset and candidate of kGruBlock cells at a time; -1 past the last
// cell.
std::vector<std::int64_t> PackedGates(std::int64_t cells, const GruGateOrder& order) {
  const std::array<int, kGates> places = {order.update, order.reset, order.candidate};
  std::vector<std::int64_t> columns;
  for (std::int64_t block = 0; block < cells; block += kGruBlock) {
    for (const int place : places) {
      for (std::int64_t cell = block; cell < block + kGruBlock; ++cell) {
        columns.push_back(cell < cells ? place * cells + cell : -1);
      }
    }
  }
  return columns;
}

std::vector<float> PackedBias(std::span<const float> bias, std::span<const std::int64_t> columns) {
  std::vector<float> packed(columns.size());
  for (std::size_t at = 0; at < packed.size() && !bias.empty(); ++at) {
    if (columns[at] >= 0) packed[at] = bias[AsSize(columns[at])];
  }
  return packed;
}

}  // namespace

GruLayer::GruLayer(const GruWeights& weights, WorkerTeam& team, PackedBlocks& blocks)
    : reset_(weights.reset), clip_(weights.clip.value_or(std::numeric_limits<float>::infinity())) {
  RequireSizes(weights);
  const auto columns = PackedGates(weights.recurrent.inputs, weights.order);
  input_ = PackedMatrix(weights.input, columns, team, blocks);
  recurrent_ = PackedMatrix(weights.recurrent, columns, team, blocks);
  bias_ = PackedBias(weights.bias, columns);
  product_bias_.assign(weights.product_bias.begin(), weights.product_bias.end());
  if (!product_bias_.empty()) product_bias_.resize(columns.size() / kGates);
}

}  // namespace stepwell::kernels
