#include "stepwell/ops/audio/mel.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "stepwell/base/checked.h"

namespace stepwell::ops::audio {
namespace {

constexpr std::int64_t kMostBins = 1 << 20;
constexpr std::int64_t kMostChannels = 4096;

double Mel(double frequency_hz) { return 1127.0 * std::log1p(frequency_hz / 700.0); }

void RequireBands(const MelBands& bands) {
  const bool fits = bands.bins >= 2 && bands.bins <= kMostBins && bands.channels >= 1 &&
                    bands.channels <= kMostChannels && bands.sample_rate_hz > 0 && bands.lower_hz >= 0 &&
                    bands.lower_hz < bands.sample_rate_hz && bands.upper_hz > bands.lower_hz &&
                    std::isfinite(bands.upper_hz);
  if (!fits) {
    throw Error(ErrorKind::kInvalidModel,
                fmt::format("{} mel channels from {} to {} Hz cannot be made of {} bins at {} Hz", bands.channels,
                            bands.lower_hz, bands.upper_hz, bands.bins, bands.sample_rate_hz));
  }
}

}  // namespace

std::vector<float> MelMatrix(const MelBands& bands) {
  RequireBands(bands);
  const double low = Mel(bands.lower_hz);
  const double spacing = (Mel(bands.upper_hz) - low) / static_cast<double>(bands.channels + 1);
  const double hz_per_bin = 0.5 * bands.sample_rate_hz / static_cast<double>(bands.bins - 1);
  const auto first = static_cast<std::int64_t>(1.5 + bands.lower_hz / hz_per_bin);
  const double last = std::min(std::trunc(bands.upper_hz / hz_per_bin), static_cast<double>(bands.bins - 1));
  std::vector<float> matrix(AsSize(bands.bins * bands.channels));
  const auto add = [&](std::int64_t bin, std::int64_t channel, double weight) {
    if (channel >= 0 && channel < bands.channels)
      matrix[AsSize(bin * bands.channels + channel)] += static_cast<float>(weight);
  };
  for (std::int64_t bin = first; static_cast<double>(bin) <= last; ++bin) {
    // In units of the spacing, with centre c at c + 1; a bin at a centre belongs to the channel before it.
    const double place = (Mel(static_cast<double>(bin) * hz_per_bin) - low) / spacing;
    const auto next = static_cast<std::int64_t>(std::ceil(place)) - 1;  // the first channel whose centre is not below
    const double falling = static_cast<double>(next + 1) - place;
    add(bin, next - 1, falling);
    add(bin, next, 1 - falling);
  }
  return matrix;
}

std::vector<float> CosineMatrix(std::int64_t channels, std::int64_t coefficients) {
  if (channels < 1 || channels > kMostChannels || coefficients < 1 || coefficients > channels) {
    throw Error(ErrorKind::kInvalidModel,
                fmt::format("{} coefficients cannot be made of {} channels", coefficients, channels));
  }
  const double scale = std::sqrt(2.0 / static_cast<double>(channels));
  std::vector<float> matrix;
  for (std::int64_t n = 0; n < channels; ++n) {
    for (std::int64_t k = 0; k < coefficients; ++k) {
      const double angle = std::numbers::pi / static_cast<double>(channels) * (static_cast<double>(n) + 0.5);
      matrix.push_back(static_cast<float>(scale * std::cos(angle * static_cast<double>(k))));
    }
  }
  return matrix;
}

}  // namespace stepwell::ops::audio
