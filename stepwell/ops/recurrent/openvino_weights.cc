#include "stepwell/ops/recurrent/openvino_weights.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>

namespace stepwell::ops::recurrent {
namespace {

constexpr std::string_view kOpenVinoOrder = "fico";

// Place of OpenVINO's gate `gate` in the source.
std::int64_t SourcePlace(const SourceCell& cell, std::size_t gate) {
  return static_cast<std::int64_t>(cell.gate_order.find(kOpenVinoOrder[gate]));
}

// Rows [first, first + rows) of the kernel, transposed, gates reordered: [4N, rows]. Made when they are read, so that
// the kernel in its file stays the only copy.
class TransposedRows : public ByteSource {
 public:
  TransposedRows(SourceCell cell, std::int64_t first, std::int64_t rows)
      : cell_(std::move(cell)), first_(first), rows_(rows) {}

  std::size_t size() const override { return BytesOf(DType::kF32, CheckedMul(gates(), rows_)); }
  std::size_t work() const override { return CheckedMul(size(), std::size_t{2}); }
  void Stream(Take take) const override { take(Make().span()); }

  SharedBytes Make() const override {
    AlignedBuffer buffer(size());
    const std::span out(reinterpret_cast<float*>(buffer.data()), AsSize(gates() * rows_));
    const SharedBytes kernel = cell_.kernel.bytes.Get();
    std::vector<float> block(AsSize(kRowsAtOnce * gates()));
    for (std::int64_t begin = 0; begin < rows_; begin += kRowsAtOnce) {
      const std::int64_t count = std::min(kRowsAtOnce, rows_ - begin);
      const std::size_t row_bytes = AsSize(gates()) * sizeof(float);
      const SharedBytes rows = kernel.Slice(AsSize(first_ + begin) * row_bytes, AsSize(count) * row_bytes);
      std::memcpy(block.data(), rows.data(), rows.size());
      rows.ReleasePages();
      PutBlock(block, begin, count, out);
    }
    return SharedBytes::Own(std::move(buffer));
  }

 private:
  static constexpr std::int64_t kRowsAtOnce = 16;  // so that what is written lies together

  std::int64_t gates() const { return 4 * cell_.cells; }

  void PutBlock(std::span<const float> block, std::int64_t begin, std::int64_t count, std::span<float> out) const {
    for (std::int64_t g = 0; g < gates(); ++g) {
      const std::int64_t source = SourcePlace(cell_, AsSize(g / cell_.cells)) * cell_.cells + g % cell_.cells;
      for (std::int64_t k = 0; k < count; ++k) {
        out[AsSize(g * rows_ + begin + k)] = block[AsSize(k * gates() + source)];
      }
    }
  }

  SourceCell cell_;
  std::int64_t first_;
  std::int64_t rows_;
};

ir::ConstantData Transposed(const SourceCell& cell, std::int64_t first, std::int64_t rows) {
  return ir::ConstantData::Of({DType::kF32, {4 * cell.cells, rows}},
                              LazyBytes(std::make_shared<const TransposedRows>(cell, first, rows)));
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
  return {.input = Transposed(cell, 0, cell.inputs),
          .recurrent = Transposed(cell, cell.inputs, cell.cells),
          .bias = ReorderedBias(cell)};
}

}  // namespace stepwell::ops::recurrent
