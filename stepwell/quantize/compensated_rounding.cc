#include "stepwell/quantize/compensated_rounding.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "stepwell/base/checked.h"
#include "stepwell/base/error.h"
#include "stepwell/base/parallel.h"
#include "stepwell/quantize/integer_format.h"

namespace stepwell::quantize {
namespace {

constexpr std::int64_t kLanes = 32;
using Lanes = std::array<float, kLanes>;

// Where the weights of channels lie. A channel is `groups` runs of the same lane, one behind the other.
struct Channels {
  Channels(const Runs& given, std::int64_t width) : runs(given), inputs(width), groups(width / given.length) {
    STEPWELL_CHECK(groups * given.length == width && given.outer % groups == 0);
  }

  std::int64_t count() const { return runs.outer / groups * runs.inner; }
  std::int64_t FirstElement(std::int64_t channel) const {
    return channel / runs.inner * inputs * runs.inner + channel % runs.inner;
  }
  std::int64_t Element(std::int64_t channel, std::int64_t input) const {
    return FirstElement(channel) + input * runs.inner;
  }
  std::int64_t Scale(std::int64_t channel, std::int64_t group) const {
    return (channel / runs.inner * groups + group) * runs.inner + channel % runs.inner;
  }

  Runs runs;
  std::int64_t inputs;
  std::int64_t groups;
};

// Some channels side by side, their weights in the order in which they are rounded.
class ChannelBlock {
 public:
  ChannelBlock(const Channels& channels, const IntegerFormat& format, const TriangularFactor& factor)
      : channels_(channels),
        format_(format),
        factor_(factor),
        weights_(AsSize(channels.inputs)),
        errors_(AsSize(channels.inputs)),
        scales_(AsSize(channels.groups)) {}

  // Channels [begin, end), at most kLanes.
  WeightError Round(std::span<const float> weights, const Range& channels, RoundedWeights& rounded,
                    std::span<std::int8_t> values) {
    Load(weights, channels);
    ChooseScales();
    WeightError error;
    for (std::int64_t at = 0; at < channels_.inputs; ++at) {
      RoundPosition(at);
      for (std::int64_t channel = channels.begin; channel < channels.end; ++channel) {
        const std::size_t lane = AsSize(channel - channels.begin);
        const float weight = weights_[AsSize(at)][lane];
        error.Add(weight, values_[lane] * ScaleOf(at)[lane]);
        if (!error.is_finite) return error;
        values[AsSize(channels_.Element(channel, factor_.input(at)))] = static_cast<std::int8_t>(values_[lane]);
      }
    }
    StoreScales(channels, rounded.scales);
    return error;
  }

 private:
  void Load(std::span<const float> weights, const Range& channels) {
    for (std::int64_t at = 0; at < channels_.inputs; ++at) {
      Lanes& row = weights_[AsSize(at)];
      row.fill(0);
      for (std::int64_t channel = channels.begin; channel < channels.end; ++channel) {
        row[AsSize(channel - channels.begin)] = weights[AsSize(channels_.Element(channel, factor_.input(at)))];
      }
    }
  }

  const Lanes& ScaleOf(std::int64_t at) const { return scales_[AsSize(factor_.input(at) / channels_.runs.length)]; }

  void ChooseScales() {
    std::vector<Lanes> magnitudes(scales_.size(), Lanes{});
    for (std::int64_t at = 0; at < channels_.inputs; ++at) {
      Lanes& largest = magnitudes[AsSize(factor_.input(at) / channels_.runs.length)];
      for (std::size_t lane = 0; lane < kLanes; ++lane) {
        largest[lane] = std::max(largest[lane], std::abs(weights_[AsSize(at)][lane]));
      }
    }
    std::vector<std::array<double, kLanes>> least;
    for (const float share : format_.shares) {
      std::vector<Lanes> scales = magnitudes;
      for (Lanes& group : scales) {
        for (float& scale : group) scale = ScaleFor(scale, share, format_);
      }
      const auto costs = CostsOf(scales);
      if (share == 1) {
        scales_ = scales;
        least = costs;
        continue;
      }
      for (std::size_t group = 0; group < scales.size(); ++group) {
        for (std::size_t lane = 0; lane < kLanes; ++lane) {
          if (!(costs[group][lane] < least[group][lane])) continue;
          least[group][lane] = costs[group][lane];
          scales_[group][lane] = scales[group][lane];
        }
      }
    }
  }

  // Sums of squared errors, each by the second moment of its input, of each group and lane.
  std::vector<std::array<double, kLanes>> CostsOf(const std::vector<Lanes>& scales) const {
    std::vector<std::array<double, kLanes>> costs(scales.size());
    for (std::int64_t at = 0; at < channels_.inputs; ++at) {
      const std::size_t group = AsSize(factor_.input(at) / channels_.runs.length);
      for (std::size_t lane = 0; lane < kLanes; ++lane) {
        const float weight = weights_[AsSize(at)][lane];
        const float error = weight - ValueOf(weight, scales[group][lane], format_.largest) * scales[group][lane];
        costs[group][lane] += static_cast<double>(factor_.importance(at)) * static_cast<double>(error) * error;
      }
    }
    return costs;
  }

  void RoundPosition(std::int64_t at) {
    const std::span<const float> column = factor_.Column(at);
    Lanes sums{};
    for (std::size_t i = 0; i < AsSize(at); ++i) {
      for (std::size_t lane = 0; lane < kLanes; ++lane) sums[lane] += column[i] * errors_[i][lane];
    }
    const Lanes& scales = ScaleOf(at);
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      const float weight = weights_[AsSize(at)][lane];
      values_[lane] = ValueOf(weight + sums[lane] / column[AsSize(at)], scales[lane], format_.largest);
      errors_[AsSize(at)][lane] = weight - values_[lane] * scales[lane];
    }
  }

  void StoreScales(const Range& channels, std::span<float> scales) const {
    for (std::int64_t channel = channels.begin; channel < channels.end; ++channel) {
      for (std::int64_t group = 0; group < channels_.groups; ++group) {
        scales[AsSize(channels_.Scale(channel, group))] = scales_[AsSize(group)][AsSize(channel - channels.begin)];
      }
    }
  }

  const Channels& channels_;
  const IntegerFormat& format_;
  const TriangularFactor& factor_;
  std::vector<Lanes> weights_;  // by position
  std::vector<Lanes> errors_;   // by position
  std::vector<Lanes> scales_;   // by group
  Lanes values_{};              // of the position rounded last
};

}  // namespace

RoundedWeights RoundCompensated(std::span<const float> weights, const Runs& runs, DType dtype,
                                const TriangularFactor& factor) {
  STEPWELL_CHECK(std::ssize(weights) == runs.elements());
  const Channels channels(runs, factor.width());
  const IntegerFormat format = IntegerFormatOf(dtype);
  AlignedBuffer values(weights.size());
  const std::span<std::int8_t> bytes(reinterpret_cast<std::int8_t*>(values.data()), values.size());
  RoundedWeights rounded;
  rounded.scales.resize(AsSize(runs.count()));
  const std::int64_t blocks = (channels.count() + kLanes - 1) / kLanes;
  std::vector<WeightError> errors(AsSize(blocks));
  WorkerTeam& team = WorkerTeam::Shared();
  team.Run([&](int member) {
    ChannelBlock block(channels, format, factor);
    for (std::int64_t i = member; i < blocks; i += team.num_threads()) {
      const Range range{i * kLanes, std::min(channels.count(), (i + 1) * kLanes)};
      errors[AsSize(i)] = block.Round(weights, range, rounded, bytes);
    }
  });
  for (const WeightError& error : errors) rounded.error += error;
  if (dtype == DType::kI4) {
    AlignedBuffer packed((values.size() + 1) / 2);
    PackNibbles(values.span(), packed.span());
    values = std::move(packed);
  }
  rounded.values = LazyBytes(SharedBytes::Own(std::move(values)));
  return rounded;
}

}  // namespace stepwell::quantize
