#include "stepwell/quantize/round_weights.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "stepwell/base/checked.h"
#include "stepwell/base/error.h"
#include "stepwell/base/half.h"
#include "stepwell/base/parallel.h"

namespace stepwell::quantize {
namespace {

constexpr std::int64_t kRunsAtOnce = 1024;  // errors are summed by so many runs, whatever the threads
constexpr std::int64_t kElementsAtOnce = 1 << 16;

struct Steps {
  float largest;                  // value
  std::span<const float> shares;  // of the largest magnitude, tried for the largest value
};
Steps StepsOf(DType dtype) {
  static constexpr std::array kWhole = {1.0F};
  static constexpr std::array kShares = {1.0F, 0.95F, 0.9F, 0.85F, 0.8F, 0.75F, 0.7F};
  STEPWELL_CHECK(dtype == DType::kI8 || dtype == DType::kI4);
  return dtype == DType::kI8 ? Steps{127, kWhole} : Steps{7, kShares};
}

// To even, for magnitudes below 2^22: without a call, so that loops become vector code.
float Nearest(float value) {
  constexpr float kUnitsBegin = 12582912;  // 1.5 * 2^23: numbers here have no fraction
  return (value + kUnitsBegin) - kUnitsBegin;
}

void RoundRun(std::span<const float> run, float scale, float largest, std::span<float> values) {
  for (std::size_t i = 0; i < run.size(); ++i) values[i] = std::clamp(Nearest(run[i] / scale), -largest, largest);
}

WeightError ErrorOf(std::span<const float> run, float scale, std::span<const float> values) {
  WeightError error;
  for (std::size_t i = 0; i < run.size(); ++i) error.Add(run[i], values[i] * scale);
  return error;
}

// Room for one run.
struct RunBuffers {
  explicit RunBuffers(std::int64_t length) : weights(AsSize(length)), values(weights.size()), best(weights.size()) {}
  std::vector<float> weights;
  std::vector<float> values;
  std::vector<float> best;  // values under the best scale
};

struct RoundedRun {
  float scale = 1;
  WeightError error;
};
RoundedRun RoundBest(RunBuffers& buffers, const Steps& steps) {
  float magnitude = 0;
  for (const float weight : buffers.weights) magnitude = std::max(magnitude, std::abs(weight));
  RoundedRun best;
  for (const float share : steps.shares) {
    const float scale = std::max(magnitude / steps.largest * share, std::numeric_limits<float>::min());
    RoundRun(buffers.weights, scale, steps.largest, buffers.values);
    const WeightError error = ErrorOf(buffers.weights, scale, buffers.values);
    if (share != 1 && !(error.squared_errors < best.error.squared_errors)) continue;
    best = {scale, error};
    buffers.best.swap(buffers.values);
  }
  return best;
}

// Rounds the runs [begin, end), which count along n first; `bytes` has one for each weight.
WeightError RoundRuns(std::span<const float> weights, const Runs& runs, const Range& range, const Steps& steps,
                      std::span<std::int8_t> bytes, std::span<float> scales) {
  RunBuffers buffers(runs.length);
  WeightError error;
  for (std::int64_t run = range.begin; run < range.end; ++run) {
    const std::int64_t first = run / runs.inner * runs.length * runs.inner + run % runs.inner;
    const auto index = [&](std::size_t i) { return AsSize(first + static_cast<std::int64_t>(i) * runs.inner); };
    for (std::size_t i = 0; i < buffers.weights.size(); ++i) buffers.weights[i] = weights[index(i)];
    const RoundedRun rounded = RoundBest(buffers, steps);
    // A value that is no number is not stored: whoever asked is told by the error.
    for (std::size_t i = 0; rounded.error.is_finite && i < buffers.best.size(); ++i) {
      bytes[index(i)] = static_cast<std::int8_t>(buffers.best[i]);
    }
    scales[AsSize(run)] = rounded.scale;
    error += rounded.error;
  }
  return error;
}

// Calls `round` for the pieces [begin, end) of `items` on all threads and adds up their errors in order.
template <class Round>
WeightError InPieces(std::int64_t items, std::int64_t piece, Round round) {
  const std::int64_t pieces = (items + piece - 1) / piece;
  std::vector<WeightError> errors(AsSize(pieces));
  WorkerTeam& team = WorkerTeam::Shared();
  team.Run([&](int member) {
    const Range own = PartOf(pieces, 1, member, team.num_threads());
    for (std::int64_t i = own.begin; i < own.end; ++i) {
      errors[AsSize(i)] = round(Range{i * piece, std::min(items, (i + 1) * piece)});
    }
  });
  WeightError sum;
  for (const WeightError& error : errors) sum += error;
  return sum;
}

SharedBytes PackNibbles(std::span<const std::byte> values) {
  AlignedBuffer packed((values.size() + 1) / 2);
  constexpr std::byte kLowHalf{0xF};
  for (std::size_t i = 0; i < values.size(); ++i) packed.span()[i / 2] |= (values[i] & kLowHalf) << (i % 2 * 4);
  return SharedBytes::Own(std::move(packed));
}

}  // namespace

RoundedWeights RoundToIntegers(std::span<const float> weights, const Runs& runs, DType dtype) {
  const std::int64_t num_runs = CheckedMul(runs.outer, runs.inner);
  STEPWELL_CHECK(weights.size() == AsSize(CheckedMul(num_runs, runs.length)));
  const Steps steps = StepsOf(dtype);
  AlignedBuffer values(weights.size());
  const std::span<std::int8_t> bytes(reinterpret_cast<std::int8_t*>(values.data()), values.size());
  RoundedWeights rounded;
  rounded.scales.resize(AsSize(num_runs));
  rounded.error = InPieces(num_runs, kRunsAtOnce, [&](const Range& range) {
    return RoundRuns(weights, runs, range, steps, bytes, rounded.scales);
  });
  rounded.values = dtype == DType::kI4 ? PackNibbles(values.span()) : SharedBytes::Own(std::move(values));
  return rounded;
}

RoundedWeights RoundToBFloat16(std::span<const float> weights) {
  AlignedBuffer values(weights.size() * sizeof(std::uint16_t));
  auto* const halves = reinterpret_cast<std::uint16_t*>(values.data());
  RoundedWeights rounded;
  rounded.error = InPieces(static_cast<std::int64_t>(weights.size()), kElementsAtOnce, [&](const Range& range) {
    WeightError error;
    for (std::size_t i = AsSize(range.begin); i < AsSize(range.end); ++i) {
      halves[i] = FloatToBFloat16(weights[i]);
      error.Add(weights[i], BFloat16ToFloat(halves[i]));
    }
    return error;
  });
  rounded.values = SharedBytes::Own(std::move(values));
  return rounded;
}

}  // namespace stepwell::quantize
