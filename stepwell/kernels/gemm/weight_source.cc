#include "stepwell/kernels/gemm/weight_source.h"

#include <fmt/format.h>

#include <cstring>
#include <utility>

#include "stepwell/base/checked.h"
#include "stepwell/base/error.h"

namespace stepwell::kernels {

WeightSource DenseWeights(LazyBytes bytes, std::int64_t inputs, std::int64_t outputs, WeightOrder order) {
  const std::int64_t expected = CheckedMul(CheckedMul(inputs, outputs), std::int64_t{sizeof(float)});
  if (inputs < 0 || outputs < 0 || bytes.size() != AsSize(expected)) {
    throw Error(ErrorKind::kInvalidModel, fmt::format("weights of {} inputs and {} outputs have {} bytes, expected {}",
                                                      inputs, outputs, bytes.size(), expected));
  }
  const bool by_inputs = order == WeightOrder::kInputsByOutputs;
  return {.bytes = std::move(bytes),
          .inputs = inputs,
          .outputs = outputs,
          .input_stride = by_inputs ? outputs : 1,
          .output_stride = by_inputs ? 1 : inputs};
}

WeightSource InputsOf(const WeightSource& source, std::int64_t first, std::int64_t count) {
  if (first < 0 || count < 0 || first > source.inputs || count > source.inputs - first) {
    throw Error(ErrorKind::kInvalidModel,
                fmt::format("weights have {} inputs; {} from {} on were asked for", source.inputs, count, first));
  }
  WeightSource part = source;
  part.inputs = count;
  part.offset += first * source.input_stride;
  return part;
}

float ElementOf(const WeightSource& source, std::int64_t input, std::int64_t output) {
  const std::int64_t index = source.offset + input * source.input_stride + output * source.output_stride;
  const SharedBytes bytes = source.bytes.Get();
  float value = 0;
  std::memcpy(&value, bytes.data() + AsSize(index) * sizeof(float), sizeof(float));
  return value;
}

}  // namespace stepwell::kernels
