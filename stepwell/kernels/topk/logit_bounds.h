#pragma once

#include <cstdint>

#include "stepwell/kernels/topk/rounded_activation.h"
#include "stepwell/kernels/topk/rounded_rows.h"

namespace stepwell::kernels {

// Where a logit lies: the estimate and what it may be off by. Both infinite where nothing is known.
struct LogitBound {
  double estimate = 0;
  double error = 0;
};

// Bounds what the estimates of one activation's logits are off by from the logits that Multiply() computes in fp32.
//
// With w = w' + r (w' the rounded row), a = a' + d (a' the rounded activation) and || || the Euclidean norm, the
// Cauchy-Schwarz inequality gives
//   |w a - w' a'| = |r a + w' d| <= ||r|| ||a|| + ||w'|| ||d||.
// The integers within a group are summed exactly. Everything else is rounded: fp32 sums of n roundings on any path from
// a term to the result are off by at most g(n) = n u / (1 - n u), u = 2^-24, of the sum of the magnitudes of their
// terms, which the same inequality bounds by norms (Higham, "Accuracy and Stability of Numerical Algorithms",
// lemma 3.1; for the order of summation, kernels/gemm/panel.h). That is done for Multiply()'s own sum of products and
// bias, for the sum over groups, and for the arithmetic of the bound, which is in double. Underflow adds at most 2^-149
// a term. Immutable.
class LogitBounds {
 public:
  LogitBounds() = default;
  // The activation must be usable.
  explicit LogitBounds(const RoundedActivation& activation, std::int64_t inputs);

  // From ScanNibbles' sum over four bits.
  LogitBound From4(const RoundedRowFacts& row, float bias, float sum) const {
    return Of(row, row.error4, bias, static_cast<double>(sum));
  }
  // From that and the sum over the other four.
  LogitBound From8(const RoundedRowFacts& row, float bias, float sum, float second_sum) const {
    return Of(row, row.error8, bias, static_cast<double>(sum) + static_cast<double>(second_sum) / 16);
  }

 private:
  LogitBound Of(const RoundedRowFacts& row, float rounding_error, float bias, double sum) const;

  double half_unit_ = 0;
  double norm_ = 0;            // ||a||
  double error_per_norm_ = 0;  // of the row
  double error_per_bias_ = 0;
  double least_error_ = 0;
};

}  // namespace stepwell::kernels
