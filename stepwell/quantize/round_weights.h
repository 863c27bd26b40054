#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "stepwell/base/dtype.h"
#include "stepwell/base/memory.h"
#include "stepwell/quantize/weight_error.h"

namespace stepwell::quantize {

// Weights that share a scale lie `inner` elements apart: element i of the run (o, n) stands at index
// (o * length + i) * inner + n, for o < outer and n < inner.
struct Runs {
  std::int64_t outer = 1;
  std::int64_t length = 1;
  std::int64_t inner = 1;
};

struct RoundedWeights {
  SharedBytes values;         // in the order of the weights; int4: two to a byte, the first in the low half
  std::vector<float> scales;  // [outer * inner]; none for bf16
  WeightError error;
};

// A weight is value * scale, rounded once in fp32; the value is the nearest to weight / scale, the even one of two.
// int8 (DType::kI8): values -127..127, scale = largest magnitude of the run / 127. int4 (kI4): values -7..7, scale =
// largest magnitude / 7 times that one of 1, 0.95, 0.9, 0.85, 0.8, 0.75 and 0.7 (the first of equals) that gives the
// least sum of squared errors. No scale is less than the least normal number. The same bits on any number of threads.
RoundedWeights RoundToIntegers(std::span<const float> weights, const Runs& runs, DType dtype);

// The nearest numbers of 16 bits (base/half.h).
RoundedWeights RoundToBFloat16(std::span<const float> weights);

}  // namespace stepwell::quantize
