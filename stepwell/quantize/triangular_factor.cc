#include "stepwell/quantize/triangular_factor.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "stepwell/base/checked.h"
#include "stepwell/base/error.h"
#include "stepwell/base/parallel.h"

namespace stepwell::quantize {
namespace {

constexpr std::int64_t kBlock = 64;
constexpr double kDamping = 0.01;  // of the mean of the diagonal, as Frantar et al. choose it

double MeanOfDiagonal(const SecondMoments& moments) {
  double sum = 0;
  for (std::int64_t i = 0; i < moments.width(); ++i) sum += static_cast<double>(moments.RowFromDiagonal(i)[0]);
  Require(std::isfinite(sum), ErrorKind::kInvalidArgument,
          "the activations that the data gives are no finite numbers: weights cannot be rounded by them");
  return sum / static_cast<double>(moments.width());
}

}  // namespace

TriangularFactor::TriangularFactor(const SecondMoments& moments)
    : width_(moments.width()), order_(AsSize(width_)), columns_(AsSize(CheckedMul(width_, width_))) {
  std::iota(order_.begin(), order_.end(), 0);
  std::stable_sort(order_.begin(), order_.end(), [&](std::int64_t a, std::int64_t b) {
    return moments.RowFromDiagonal(a)[0] > moments.RowFromDiagonal(b)[0];
  });
  FillFrom(moments);
  Decompose();
}

std::span<const float> TriangularFactor::Column(std::int64_t at) const {
  return std::span(columns_).subspan(AsSize(at * width_), AsSize(at + 1));
}

void TriangularFactor::FillFrom(const SecondMoments& moments) {
  const double mean = MeanOfDiagonal(moments);
  const auto damping = static_cast<float>(mean > 0 ? kDamping * mean : 1);
  for (std::int64_t i = 0; i < width_; ++i) {
    for (std::int64_t j = 0; j <= i; ++j) {
      const std::int64_t first = std::min(input(i), input(j));
      const std::int64_t second = std::max(input(i), input(j));
      RowOf(i)[j] = moments.RowFromDiagonal(first)[AsSize(second - first)];
    }
    RowOf(i)[i] += damping;
    importance_.push_back(RowOf(i)[i]);
  }
}

// Cholesky's method from the last column to the first, in blocks.
void TriangularFactor::Decompose() {
  for (std::int64_t end = width_; end > 0;) {
    const std::int64_t begin = std::max<std::int64_t>(0, end - kBlock);
    DecomposeBlock(begin, end);
    SubtractBlock(begin, end);
    end = begin;
  }
}

// Columns [begin, end) of R, of what the columns behind them left.
void TriangularFactor::DecomposeBlock(std::int64_t begin, std::int64_t end) {
  for (std::int64_t j = end - 1; j >= begin; --j) {
    float* const column = RowOf(j);
    // What rounding left of a pivot may be nothing: an input that others make up for.
    const float pivot = std::sqrt(std::max(column[j], std::numeric_limits<float>::min()));
    for (std::int64_t i = 0; i < j; ++i) column[i] /= pivot;
    column[j] = pivot;
    for (std::int64_t other = begin; other < j; ++other) {
      float* const left = RowOf(other);
      for (std::int64_t i = 0; i <= other; ++i) left[i] -= column[other] * column[i];
    }
  }
}

void TriangularFactor::SubtractBlock(std::int64_t begin, std::int64_t end) {
  WorkerTeam& team = WorkerTeam::Shared();
  team.Run([&](int member) {
    for (std::int64_t i = member; i < begin; i += team.num_threads()) {
      float* const left = RowOf(i);
      for (std::int64_t j = begin; j < end; ++j) {
        const float* const column = RowOf(j);
        const float factor = column[i];
        for (std::int64_t k = 0; k <= i; ++k) left[k] -= factor * column[k];
      }
    }
  });
}

}  // namespace stepwell::quantize
