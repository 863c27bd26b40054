#pragma once

#include <cstdint>
#include <span>

#include "stepwell/base/compressed_floats.h"

namespace stepwell::kernels {

// How a matrix of weights is stored: rows of outputs (TensorFlow's [inputs, outputs]) or rows of inputs (OpenVINO's
// [outputs, inputs] under transpose_b).
enum class WeightOrder : std::uint8_t { kInputsByOutputs, kOutputsByInputs };

// A matrix of constants as a model's file holds it: little-endian elements at any alignment, element (input k, output
// n) at index offset + k * input_stride + n * output_stride. Built by the functions below.
struct WeightSource {
  LazyBytes bytes;
  DType dtype = DType::kF32;  // or kBF16, kI8, kI4
  std::int64_t inputs = 0;    // K, the summed dimension
  std::int64_t outputs = 0;   // N
  std::int64_t input_stride = 0;
  std::int64_t output_stride = 0;
  std::int64_t offset = 0;
  WeightOrder order = WeightOrder::kInputsByOutputs;
  // Where the weights are stored in fewer bits: whose values `bytes` are; holds the scales. Null for fp32.
  std::shared_ptr<const CompressedFloats> compressed = nullptr;

  // Inputs [i * this, (i + 1) * this) share their scales; all inputs where there are none.
  std::int64_t inputs_per_scale() const;
  // 1 where there are no scales.
  float ScaleOf(std::int64_t input, std::int64_t output) const;
};

// The whole of `bytes`, fp32, or the stored values of CompressedFloats of this very matrix. Throws Error(kInvalidModel)
// unless it holds exactly inputs * outputs elements.
WeightSource DenseWeights(LazyBytes bytes, std::int64_t inputs, std::int64_t outputs, WeightOrder order);

// The inputs [first, first + count) of it: a kernel stored as [x; h] is split into its two parts this way. Where scales
// straddle the border, fp32 again.
WeightSource InputsOf(const WeightSource& source, std::int64_t first, std::int64_t count);

// The outputs [first, first + count) of it: matrices that are stored one behind the other, rows of outputs each.
WeightSource OutputsOf(const WeightSource& source, std::int64_t first, std::int64_t count);

// Reads one element: slow, for references and checks.
float ElementOf(const WeightSource& source, std::int64_t input, std::int64_t output);

}  // namespace stepwell::kernels
