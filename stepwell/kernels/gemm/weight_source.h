#pragma once

#include <cstdint>
#include <span>

#include "stepwell/base/lazy_bytes.h"

namespace stepwell::kernels {

// How a matrix of weights is stored: rows of outputs (TensorFlow's [inputs, outputs]) or rows of inputs (OpenVINO's
// [outputs, inputs] under transpose_b).
enum class WeightOrder : std::uint8_t { kInputsByOutputs, kOutputsByInputs };

// A matrix of constants as a model's file holds it: little-endian fp32 at any alignment, element (input k, output n) at
// index offset + k * input_stride + n * output_stride. Built by the functions below.
struct WeightSource {
  LazyBytes bytes;
  std::int64_t inputs = 0;   // K, the summed dimension
  std::int64_t outputs = 0;  // N
  std::int64_t input_stride = 0;
  std::int64_t output_stride = 0;
  std::int64_t offset = 0;
};

// The whole of `bytes`. Throws Error(kInvalidModel) unless it holds exactly inputs * outputs elements.
WeightSource DenseWeights(LazyBytes bytes, std::int64_t inputs, std::int64_t outputs, WeightOrder order);

// The inputs [first, first + count) of it: a kernel stored as [x; h] is split into its two parts this way.
WeightSource InputsOf(const WeightSource& source, std::int64_t first, std::int64_t count);

// Reads one element: slow, for references and checks.
float ElementOf(const WeightSource& source, std::int64_t input, std::int64_t output);

}  // namespace stepwell::kernels
