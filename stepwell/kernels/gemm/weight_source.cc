#include "stepwell/kernels/gemm/weight_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <utility>

#include "stepwell/base/checked.h"
#include "stepwell/base/error.h"

namespace stepwell::kernels {

namespace {

// Whether each output has one scale for every so many inputs, however the values came to be grouped.
bool HasScalesByGroups(const CompressedFloats& compressed, const WeightSource& matrix) {
  if (compressed.scales.empty()) return true;
  const std::int64_t block = compressed.elements_per_block;
  if (matrix.order == WeightOrder::kOutputsByInputs) {
    const std::int64_t row = matrix.output_stride;
    return compressed.scales_per_block == 1 && row > 0 && (block % row == 0 || row % block == 0);
  }
  const std::int64_t row = matrix.input_stride;
  return row > 0 && block % row == 0 && (compressed.scales_per_block == 1 || compressed.scales_per_block == row);
}

}  // namespace

WeightSource DenseWeights(LazyBytes bytes, std::int64_t inputs, std::int64_t outputs, WeightOrder order) {
  const std::int64_t expected = CheckedMul(CheckedMul(inputs, outputs), std::int64_t{sizeof(float)});
  if (inputs < 0 || outputs < 0 || bytes.size() != AsSize(expected)) {
    throw Error(ErrorKind::kInvalidModel, fmt::format("weights of {} inputs and {} outputs have {} bytes, expected {}",
                                                      inputs, outputs, bytes.size(), expected));
  }
  const bool by_inputs = order == WeightOrder::kInputsByOutputs;
  WeightSource source = {.bytes = std::move(bytes),
                         .inputs = inputs,
                         .outputs = outputs,
                         .input_stride = by_inputs ? outputs : 1,
                         .output_stride = by_inputs ? 1 : inputs,
                         .order = order};
  const auto compressed = std::dynamic_pointer_cast<const CompressedFloats>(source.bytes.source());
  if (compressed == nullptr || !HasScalesByGroups(*compressed, source)) return source;
  source.bytes = compressed->values;
  source.dtype = compressed->dtype;
  source.compressed = compressed;
  return source;
}

std::int64_t WeightSource::inputs_per_scale() const {
  if (compressed == nullptr || compressed->scales.empty()) return inputs;
  return order == WeightOrder::kInputsByOutputs ? compressed->elements_per_block / input_stride
                                                : std::min(compressed->elements_per_block, output_stride);
}

float WeightSource::ScaleOf(std::int64_t input, std::int64_t output) const {
  return compressed == nullptr ? 1 : compressed->ScaleAt(offset + input * input_stride + output * output_stride);
}

WeightSource InputsOf(const WeightSource& source, std::int64_t first, std::int64_t count) {
  if (first < 0 || count < 0 || first > source.inputs || count > source.inputs - first) {
    throw Error(ErrorKind::kInvalidModel,
                fmt::format("weights have {} inputs; {} from {} on were asked for", source.inputs, count, first));
  }
  WeightSource part = source;
  const std::int64_t group = source.inputs_per_scale();
  if (source.compressed != nullptr && group < source.inputs && first % group != 0) {
    part.bytes = SharedBytes(source.compressed->Make());
    part.dtype = DType::kF32;
    part.compressed = nullptr;
  }
  part.inputs = count;
  part.offset += first * source.input_stride;
  return part;
}

WeightSource OutputsOf(const WeightSource& source, std::int64_t first, std::int64_t count) {
  if (first < 0 || count < 0 || first > source.outputs || count > source.outputs - first) {
    throw Error(ErrorKind::kInvalidModel,
                fmt::format("weights have {} outputs; {} from {} on were asked for", source.outputs, count, first));
  }
  WeightSource part = source;
  part.outputs = count;
  part.offset += first * source.output_stride;
  return part;
}

float ElementOf(const WeightSource& source, std::int64_t input, std::int64_t output) {
  const std::int64_t index = source.offset + input * source.input_stride + output * source.output_stride;
  const SharedBytes bytes = source.bytes.Get();
  if (source.dtype != DType::kF32)
    return StoredValue(source.dtype, bytes.data(), index) * source.ScaleOf(input, output);
  float value = 0;
  std::memcpy(&value, bytes.data() + AsSize(index) * sizeof(float), sizeof(float));
  return value;
}

}  // namespace stepwell::kernels
