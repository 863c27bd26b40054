#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "stepwell/base/dtype.h"
#include "stepwell/base/lazy_bytes.h"
#include "stepwell/quantize/weight_error.h"

namespace stepwell::quantize {

// Weights that share a scale lie `inner` elements apart: element i of the run (o, n) stands at index
// (o * length + i) * inner + n, for o < outer and n < inner.
struct Runs {
  std::int64_t outer = 1;
  std::int64_t length = 1;
  std::int64_t inner = 1;

  std::int64_t count() const { return outer * inner; }
  std::int64_t elements() const { return count() * length; }
};

struct RoundedWeights {
  LazyBytes values;           // in the order of the weights; int4: two to a byte, the first in the low half
  std::vector<float> scales;  // [outer * inner]; none for bf16
  WeightError error;
};

// The weights are fp32. They are read in pieces, once for scales and errors and again whenever the values are, and held
// no longer: neither they nor the values are ever whole in memory unless the caller has them so.

// A weight is value * scale, rounded once in fp32; the value is the nearest to weight / scale, the even one of two.
// int8 (DType::kI8): values -127..127, scale = largest magnitude of the run / 127. int4 (kI4): values -7..7, scale =
// largest magnitude / 7 times that one of 1, 0.95, 0.9, 0.85, 0.8, 0.75 and 0.7 (the first of equals) that gives the
// least sum of squared errors. No scale is less than the least normal number. The same bits on any number of threads.
// Values may be read only where the error is finite.
RoundedWeights RoundToIntegers(const LazyBytes& weights, const Runs& runs, DType dtype);

// The nearest numbers of 16 bits (base/half.h).
RoundedWeights RoundToBFloat16(const LazyBytes& weights);

}  // namespace stepwell::quantize
