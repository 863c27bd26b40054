#pragma once

// For the tests of products by compressed weights.

#include <cmath>
#include <cstring>
#include <memory>
#include <ostream>

#include "stepwell/base/compressed_floats.h"
#include "stepwell/kernels/gemm/weight_source.h"
#include "stepwell/kernels/test_support.h"

namespace stepwell::kernels {

// What CompressedFloats of a type look like.
struct Compression {
  DType dtype;
  std::int64_t group;  // inputs that share a scale; 0: no scales; -1: all
};
inline void PrintTo(const Compression& compression, std::ostream* out) {
  *out << DTypeName(compression.dtype) << " in groups of " << compression.group;
}
inline std::shared_ptr<const CompressedFloats> RandomCompressed(
    Compression compression, std::int64_t inputs, std::int64_t outputs, WeightOrder order,
    ActivationFormat activations = ActivationFormat::kFp32) {
  const bool by_inputs = order == WeightOrder::kInputsByOutputs;
  auto weights = std::make_shared<CompressedFloats>();
  weights->dtype = compression.dtype;
  weights->elements = inputs * outputs;
  weights->activations = activations;
  AlignedBuffer values(AsSize(inputs * outputs * DTypeBits(compression.dtype) + 7) / 8);
  const auto random = RandomFloats(inputs * outputs, 13);
  for (std::int64_t at = 0; at < inputs * outputs; ++at) {
    const float value = random[AsSize(at)];
    if (compression.dtype == DType::kBF16) {
      std::memcpy(values.data() + 2 * at, reinterpret_cast<const std::byte*>(&value) + 2, 2);
    } else if (compression.dtype == DType::kI8) {
      values.data()[at] = static_cast<std::byte>(static_cast<std::int8_t>(std::lround(value * 127)));
    } else {
      values.data()[at / 2] |= static_cast<std::byte>((std::lround(value * 7) & 0xF) << (at % 2 * 4));
    }
  }
  weights->values = SharedBytes::Own(std::move(values));
  if (compression.group != 0) {
    const std::int64_t group = compression.group < 0 ? inputs : compression.group;
    weights->elements_per_block = by_inputs ? group * outputs : group;
    weights->scales_per_block = by_inputs ? outputs : 1;
    weights->scales = RandomFloats((inputs + group - 1) / group * outputs, 14, 0.01F);
  }
  return weights;
}

}  // namespace stepwell::kernels
