#include "stepwell/kernels/topk/float_rows.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "stepwell/base/checked.h"
#include "stepwell/base/error.h"
#include "stepwell/kernels/gemm/tile.h"

namespace stepwell::kernels {
namespace {

constexpr std::size_t kFloatBytes = sizeof(float);

// Blocks of columns stay cached while a block of rows is written.
SharedBytes Transposed(const std::byte* columns, std::int64_t inputs, std::int64_t outputs) {
  AlignedBuffer rows(AsSize(inputs * outputs) * kFloatBytes);
  constexpr std::int64_t kBlock = 16;
  for (std::int64_t first = 0; first < outputs; first += kBlock) {
    const std::int64_t end = std::min(first + kBlock, outputs);
    for (std::int64_t k = 0; k < inputs; ++k) {
      for (std::int64_t n = first; n < end; ++n) {
        std::memcpy(rows.data() + AsSize(n * inputs + k) * kFloatBytes, columns + AsSize(k * outputs + n) * kFloatBytes,
                    kFloatBytes);
      }
    }
  }
  return SharedBytes::Own(std::move(rows));
}

}  // namespace

FloatRows::FloatRows(const WeightSource& source) : rows_(source.outputs), inputs_(source.inputs) {
  STEPWELL_CHECK(source.dtype == DType::kF32 && source.compressed == nullptr);
  const std::size_t bytes = CheckedMul(AsSize(CheckedMul(rows_, inputs_)), kFloatBytes);
  const SharedBytes whole = source.bytes.Get();
  const bool is_by_rows = source.order == WeightOrder::kOutputsByInputs && source.output_stride == inputs_;
  STEPWELL_CHECK(is_by_rows || (source.order == WeightOrder::kInputsByOutputs && source.input_stride == rows_));
  const std::size_t first = AsSize(source.offset) * kFloatBytes;
  bytes_ = whole.Slice(first, bytes);
  if (!is_by_rows) bytes_ = Transposed(bytes_.data(), inputs_, rows_);
}

void FloatRows::ReleasePages(std::int64_t begin, std::int64_t end) const {
  bytes_.Slice(AsSize(begin * row_bytes()), AsSize((end - begin) * row_bytes())).ReleasePages();
}

std::int64_t FloatRows::LogitsScratch() const { return inputs_ * kPanelWidth; }

void FloatRows::Logits(std::span<const std::int32_t> rows, std::span<const float> activation,
                       std::span<const float> bias, std::span<float> scratch, std::span<float> logits) const {
  STEPWELL_CHECK(std::ssize(activation) == inputs_ && rows.size() == logits.size());
  STEPWELL_CHECK(std::ssize(scratch) >= LogitsScratch());
  std::array<float, kPanelWidth> panel_bias{};
  for (std::int64_t first = 0; first < std::ssize(rows); first += kPanelWidth) {
    const std::int64_t count = std::min(kPanelWidth, std::ssize(rows) - first);
    for (std::int64_t n = 0; n < count; ++n) {
      const std::int64_t row = rows[AsSize(first + n)];
      const std::byte* from = Row(row);
      float* to = scratch.data() + n;
      for (std::int64_t k = 0; k < inputs_; ++k) std::memcpy(to + k * kPanelWidth, from + k * 4, kFloatBytes);
      if (!bias.empty()) panel_bias[AsSize(n)] = bias[AsSize(row)];
    }
    Tile tile(1);
    tile.StartWithZeros();
    const RowPointers a(activation.data(), 1, inputs_);
    AddPanelProduct({.a = a.data(),
                     .rows = 1,
                     .panel = PanelWeights::OfFloats(scratch.data(), kPanelWidth),
                     .inputs = inputs_,
                     .tile = tile.data()});
    Epilogue epilogue;
    if (!bias.empty()) epilogue.bias = panel_bias;
    FinishTile(tile.data(), 1, count, epilogue, 0);
    tile.CopyTo(logits.data() + first, count, count);
  }
}

}  // namespace stepwell::kernels
