#include "stepwell/quantize/second_moments.h"

#include "stepwell/base/checked.h"
#include "stepwell/base/error.h"
#include "stepwell/base/parallel.h"

namespace stepwell::quantize {
namespace {

// Where row i of the upper triangle begins.
std::int64_t BeginOf(std::int64_t width, std::int64_t i) { return i * width - i * (i - 1) / 2; }

// Parts of a triangle that take as long, in pairs of its first and last rows.
template <class Visit>
void ForTriangleRows(std::int64_t width, Visit visit) {
  WorkerTeam& team = WorkerTeam::Shared();
  team.Run([&](int member) {
    const Range pairs = PartOf((width + 1) / 2, 1, member, team.num_threads());
    for (std::int64_t pair = pairs.begin; pair < pairs.end; ++pair) {
      visit(pair);
      if (width - 1 - pair != pair) visit(width - 1 - pair);
    }
  });
}

}  // namespace

SecondMoments::SecondMoments(std::int64_t width)
    : width_(width), sums_(AsSize(CheckedMul(width, CheckedAdd(width, std::int64_t{1})) / 2)) {}

void SecondMoments::Add(std::span<const float> rows) {
  STEPWELL_CHECK(rows.size() % AsSize(width_) == 0);
  const std::int64_t count = static_cast<std::int64_t>(rows.size()) / width_;
  ForTriangleRows(width_, [&](std::int64_t i) {
    float* const sums = sums_.data() + BeginOf(width_, i);
    for (std::int64_t r = 0; r < count; ++r) {
      const float* const row = rows.data() + r * width_ + i;
      const float factor = row[0];
      if (factor == 0) continue;
      for (std::int64_t k = 0; k < width_ - i; ++k) sums[k] += factor * row[k];
    }
  });
  rows_ += count;
}

std::span<const float> SecondMoments::RowFromDiagonal(std::int64_t i) const {
  return std::span(sums_).subspan(AsSize(BeginOf(width_, i)), AsSize(width_ - i));
}

}  // namespace stepwell::quantize
