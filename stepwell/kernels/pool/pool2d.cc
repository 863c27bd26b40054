#include "stepwell/kernels/pool/pool2d.h"

#include <algorithm>
#include <limits>

#include "stepwell/base/checked.h"

namespace stepwell::kernels {
namespace {

// The taps of one window that lie inside the input.
struct Taps {
  Taps(const Pool2dShape::Axis& axis, std::int64_t at) {
    const std::int64_t start = at * axis.stride - axis.pad_begin;
    for (std::int64_t tap = 0; tap < axis.kernel; ++tap) {
      const std::int64_t position = start + tap * axis.dilation;
      if (position < 0 || position >= axis.input) continue;
      if (count++ == 0) first = position;
    }
  }

  std::int64_t first = 0;
  std::int64_t count = 0;
};

void TakeMax(const float* x, std::int64_t channels, float* out) {
  for (std::int64_t c = 0; c < channels; ++c) out[c] = x[c] > out[c] ? x[c] : out[c];
}

void TakeSum(const float* x, std::int64_t channels, float* out) {
  for (std::int64_t c = 0; c < channels; ++c) out[c] += x[c];
}

class Pooling {
 public:
  Pooling(const Pool2dShape& shape, PoolFunction function, const float* x, float* out)
      : shape_(shape), function_(function), x_(x), out_(out) {}

  // One row of one image of the output; rows are counted through all images.
  void Row(std::int64_t row) const {
    const std::int64_t image = row / shape_.height.output;
    const Taps rows(shape_.height, row % shape_.height.output);
    const float* x = x_ + image * shape_.height.input * shape_.width.input * shape_.channels;
    float* out = out_ + row * shape_.width.output * shape_.channels;
    for (std::int64_t column = 0; column < shape_.width.output; ++column, out += shape_.channels) {
      Window(x, rows, Taps(shape_.width, column), out);
    }
  }

 private:
  void Window(const float* x, const Taps& rows, const Taps& columns, float* out) const {
    const bool is_max = function_ == PoolFunction::kMax;
    const auto take = is_max ? TakeMax : TakeSum;
    std::fill_n(out, shape_.channels, is_max ? std::numeric_limits<float>::lowest() : 0.0F);
    for (std::int64_t i = 0; i < rows.count; ++i) {
      const std::int64_t row = rows.first + i * shape_.height.dilation;
      for (std::int64_t j = 0; j < columns.count; ++j) {
        const std::int64_t column = columns.first + j * shape_.width.dilation;
        take(x + (row * shape_.width.input + column) * shape_.channels, shape_.channels, out);
      }
    }
    if (!is_max) Divide(rows, columns, out);
  }

  void Divide(const Taps& rows, const Taps& columns, float* out) const {
    const bool counts_pads = function_ == PoolFunction::kMeanWithPads;
    const std::int64_t all = shape_.height.kernel * shape_.width.kernel;
    const auto divisor = static_cast<float>(counts_pads ? all : rows.count * columns.count);
    for (std::int64_t c = 0; c < shape_.channels; ++c) out[c] /= divisor;
  }

  const Pool2dShape& shape_;
  const PoolFunction function_;
  const float* const x_;
  float* const out_;
};

}  // namespace

void Pool2d(const Pool2dShape& shape, PoolFunction function, std::span<const float> x, std::span<float> out,
            WorkerTeam& team) {
  // Below this many elements a second thread costs more than it saves.
  constexpr std::int64_t kLeastForTeam = 1 << 15;
  const Pooling pooling(shape, function, x.data(), out.data());
  const std::int64_t rows = shape.images * shape.height.output;
  const auto compute = [&](Range part) {
    for (std::int64_t row = part.begin; row < part.end; ++row) pooling.Row(row);
  };
  if (std::ssize(out) * shape.height.kernel * shape.width.kernel < kLeastForTeam) return compute({0, rows});
  team.Run([&](int member) { compute(PartOf(rows, 1, member, team.num_threads())); });
}

}  // namespace stepwell::kernels
