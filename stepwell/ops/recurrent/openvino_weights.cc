#include "stepwell/ops/recurrent/openvino_weights.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace stepwell::ops::recurrent {
namespace {

constexpr std::string_view kOpenVinoOrder = "fico";

// Place of OpenVINO's gate `gate` in the source.
std::int64_t SourcePlace(const SourceCell& cell, std::size_t gate) {
  return static_cast<std::int64_t>(cell.gate_order.find(kOpenVinoOrder[gate]));
}

// Rows [first, first + rows) of the kernel, transposed, gates reordered: [4N, rows]. Some rows at a time, so that what
// is written lies together.
ir::ConstantData TransposedRows(const SourceCell& cell, std::int64_t first, std::int64_t rows) {
  constexpr std::int64_t kRowsAtOnce = 16;
  const std::int64_t gates = 4 * cell.cells;
  Tensor result({DType::kF32, {gates, rows}});
  const std::span<float> out = result.as<float>();
  std::vector<float> block(AsSize(kRowsAtOnce * gates));
  for (std::int64_t begin = 0; begin < rows; begin += kRowsAtOnce) {
    const std::int64_t count = std::min(kRowsAtOnce, rows - begin);
    const std::size_t row_bytes = AsSize(gates) * sizeof(float);
    std::memcpy(block.data(), cell.kernel.bytes.data() + AsSize(first + begin) * row_bytes, AsSize(count) * row_bytes);
    for (std::int64_t g = 0; g < gates; ++g) {
      const std::int64_t source = SourcePlace(cell, AsSize(g / cell.cells)) * cell.cells + g % cell.cells;
      for (std::int64_t k = 0; k < count; ++k) {
        out[AsSize(g * rows + begin + k)] = block[AsSize(k * gates + source)];
      }
    }
  }
  return ir::ConstantData::Of(std::move(result));
}

ir::ConstantData ReorderedBias(const SourceCell& cell) {
  const std::vector<float> source = cell.bias.Copy<float>();
  std::vector<float> bias;
  for (std::size_t gate = 0; gate < kOpenVinoOrder.size(); ++gate) {
    const auto first = source.begin() + SourcePlace(cell, gate) * cell.cells;
    const float added = kOpenVinoOrder[gate] == 'f' ? cell.forget_bias : 0;
    std::transform(first, first + cell.cells, std::back_inserter(bias), [&](float value) { return value + added; });
  }
  return ir::ConstantData::Of(Tensor::Of<float>({4 * cell.cells}, bias));
}

}  // namespace

OpenVinoWeights ToOpenVino(const SourceCell& cell) {
  OpenVinoWeights weights{.input = TransposedRows(cell, 0, cell.inputs),
                          .recurrent = TransposedRows(cell, cell.inputs, cell.cells),
                          .bias = ReorderedBias(cell)};
  cell.kernel.bytes.ReleasePages();
  return weights;
}

}  // namespace stepwell::ops::recurrent
