#include "stepwell/kernels/softmax/softmax.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "stepwell/base/checked.h"
#include "stepwell/base/error.h"
#include "stepwell/kernels/isa.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "stepwell/kernels/softmax/softmax.cc"
#include "hwy/foreach_target.h"
//
#include "stepwell/kernels/softmax/exp_sum-inl.h"

HWY_BEFORE_NAMESPACE();
namespace stepwell::kernels {
namespace HWY_NAMESPACE {

using D = ExpSum::D;
using V = ExpSum::V;
constexpr std::int64_t kLanes = ExpSum::kLanes;
constexpr std::int64_t kPlaces = ExpSum::kPlaces;
// So many elements are added up in float, at most 64 to a place, before the sum goes on in double.
constexpr std::int64_t kFloatElements = 1024;

HWY_ATTR float LargestImpl(const float* x, std::int64_t count) {
  const D d;
  V largest = hn::Set(d, -std::numeric_limits<float>::infinity());
  std::int64_t at = 0;
  for (; at + kLanes <= count; at += kLanes) largest = hn::Max(largest, hn::LoadU(d, x + at));
  float result = hn::GetLane(hn::MaxOfLanes(d, largest));
  for (; at < count; ++at) result = std::max(result, x[at]);
  return result;
}

// out = exp(x - shift) (not written if null); returns the sum, over at most kFloatElements elements.
HWY_ATTR double ExpSumOfFew(const float* x, std::int64_t count, float shift, float* out) {
  ExpSum sum(shift);
  std::int64_t at = 0;
  for (; at + kPlaces <= count; at += kPlaces) sum.Add(x + at, out == nullptr ? nullptr : out + at);
  if (at < count) {
    HWY_ALIGN float rest[kPlaces];
    std::fill_n(std::copy_n(x + at, count - at, rest), kPlaces - (count - at), -std::numeric_limits<float>::infinity());
    sum.Add(rest, rest);
    if (out != nullptr) std::copy_n(rest, count - at, out + at);
  }
  return sum.Total();
}

HWY_ATTR double ExpSumImpl(const float* x, std::int64_t count, float shift, float* out) {
  double sum = 0;
  for (std::int64_t at = 0; at < count; at += kFloatElements) {
    const std::int64_t here = std::min(kFloatElements, count - at);
    sum += ExpSumOfFew(x + at, here, shift, out == nullptr ? nullptr : out + at);
  }
  return sum;
}

HWY_ATTR void DivideImpl(float* values, std::int64_t count, float divisor) {
  const D d;
  std::int64_t at = 0;
  for (; at + kLanes <= count; at += kLanes) {
    hn::StoreU(hn::Div(hn::LoadU(d, values + at), hn::Set(d, divisor)), d, values + at);
  }
  for (; at < count; ++at) values[at] /= divisor;
}

}  // namespace HWY_NAMESPACE
}  // namespace stepwell::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace stepwell::kernels {
namespace {

HWY_EXPORT(LargestImpl);
HWY_EXPORT(ExpSumImpl);
HWY_EXPORT(DivideImpl);

// Rows at least this long are shared by the team; shorter ones are dealt out whole.
constexpr std::int64_t kLeastForTeam = 1 << 14;

enum class Form : std::uint8_t { kPlain, kLog };

// A row cut into at most kMostChunks pieces, by its length alone.
class Chunks {
 public:
  static constexpr std::int64_t kMostChunks = 128;

  explicit Chunks(std::int64_t n) : n_(n), size_(std::max<std::int64_t>(4096, (n + kMostChunks - 1) / kMostChunks)) {}
  std::int64_t count() const { return (n_ + size_ - 1) / size_; }
  Range operator[](std::int64_t index) const { return {index * size_, std::min(n_, (index + 1) * size_)}; }

 private:
  std::int64_t n_;
  std::int64_t size_;
};

// One row, by those members of a team that share it.
class SoftmaxRow {
 public:
  SoftmaxRow(const float* x, std::int64_t n, float* out, Form form) : x_(x), out_(out), form_(form), chunks_(n) {}

  void Work(int member, int members, WorkerTeam::Barrier* barrier) {
    const Range mine = PartOf(chunks_.count(), 1, member, members);
    for (std::int64_t chunk = mine.begin; chunk < mine.end; ++chunk) FindLargest(chunk);
    if (barrier != nullptr) barrier->Wait();
    const float largest = *std::max_element(largest_.begin(), largest_.begin() + chunks_.count());
    for (std::int64_t chunk = mine.begin; chunk < mine.end; ++chunk) SumExps(chunk, largest);
    if (barrier != nullptr) barrier->Wait();
    double sum = 0;
    for (std::int64_t chunk = 0; chunk < chunks_.count(); ++chunk) sum += sums_[AsSize(chunk)];
    for (std::int64_t chunk = mine.begin; chunk < mine.end; ++chunk) Finish(chunk, largest, sum);
  }

 private:
  void FindLargest(std::int64_t chunk) {
    const Range range = chunks_[chunk];
    largest_[AsSize(chunk)] = HWY_DYNAMIC_DISPATCH(LargestImpl)(x_ + range.begin, range.end - range.begin);
  }

  void SumExps(std::int64_t chunk, float largest) {
    const Range range = chunks_[chunk];
    float* exps = form_ == Form::kPlain ? out_ + range.begin : nullptr;
    sums_[AsSize(chunk)] = HWY_DYNAMIC_DISPATCH(ExpSumImpl)(x_ + range.begin, range.end - range.begin, largest, exps);
  }

  void Finish(std::int64_t chunk, float largest, double sum) {
    const Range range = chunks_[chunk];
    if (form_ == Form::kPlain) {
      HWY_DYNAMIC_DISPATCH(DivideImpl)(out_ + range.begin, range.end - range.begin, static_cast<float>(sum));
      return;
    }
    const auto log_sum = static_cast<float>(std::log(sum));
    for (std::int64_t at = range.begin; at < range.end; ++at) out_[at] = (x_[at] - largest) - log_sum;
  }

  const float* x_;
  float* out_;
  const Form form_;
  const Chunks chunks_;
  std::array<float, Chunks::kMostChunks> largest_{};
  std::array<double, Chunks::kMostChunks> sums_;
};

void Compute(std::span<const float> x, std::int64_t n, std::span<float> out, Form form, WorkerTeam& team) {
  SettleIsa();
  STEPWELL_CHECK(x.size() == out.size());
  if (x.empty()) return;
  STEPWELL_CHECK(n > 0 && x.size() % AsSize(n) == 0);
  const std::int64_t rows = std::ssize(x) / n;
  const auto whole_rows = [&](Range range) {
    for (std::int64_t row = range.begin; row < range.end; ++row) {
      SoftmaxRow(x.data() + row * n, n, out.data() + row * n, form).Work(0, 1, nullptr);
    }
  };
  if (std::ssize(x) < kLeastForTeam) return whole_rows({0, rows});
  if (n < kLeastForTeam) {
    return team.Run([&](int member) { whole_rows(PartOf(rows, 1, member, team.num_threads())); });
  }
  for (std::int64_t row = 0; row < rows; ++row) {
    SoftmaxRow shared(x.data() + row * n, n, out.data() + row * n, form);
    team.RunWithBarrier(
        [&](int member, int members, WorkerTeam::Barrier& barrier) { shared.Work(member, members, &barrier); });
  }
}

}  // namespace

void Softmax(std::span<const float> x, std::int64_t n, std::span<float> out, WorkerTeam& team) {
  Compute(x, n, out, Form::kPlain, team);
}

void LogSoftmax(std::span<const float> x, std::int64_t n, std::span<float> out, WorkerTeam& team) {
  Compute(x, n, out, Form::kLog, team);
}

}  // namespace stepwell::kernels
#endif
