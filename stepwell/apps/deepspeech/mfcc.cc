#include "stepwell/apps/deepspeech/mfcc.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>

#include "stepwell/base/checked.h"
#include "stepwell/base/error.h"

namespace stepwell::apps {
namespace {

double MelOf(double hz) { return 2595 * std::log10(1 + hz / 700); }
double HzOf(double mel) { return 700 * (std::pow(10, mel / 2595) - 1); }

double LogOfPower(double power) { return std::log(power == 0 ? std::numeric_limits<float>::min() : power); }

// The bins between which the triangles stand: triangle f rises from corner f to f + 1 and falls to f + 2.
std::vector<std::int64_t> CornersOf(const Mfcc::Options& options) {
  const double lowest = MelOf(options.lowest_hz);
  const double step = (MelOf(options.highest_hz) - lowest) / static_cast<double>(options.filters + 1);
  std::vector<std::int64_t> corners;
  for (std::int64_t i = 0; i < options.filters + 2; ++i) {
    const double hz = HzOf(lowest + step * static_cast<double>(i));
    const double bin = static_cast<double>(options.fft_size + 1) * hz / static_cast<double>(options.rate_hz);
    corners.push_back(static_cast<std::int64_t>(std::floor(bin)));
  }
  return corners;
}

}  // namespace

Mfcc::Mfcc(const Options& options) : options_(options), dft_(options.fft_size) {
  const std::vector<std::int64_t> corners = CornersOf(options);
  for (std::size_t f = 0; f + 2 < corners.size(); ++f) {
    const std::int64_t begin = corners[f];
    const std::int64_t peak = corners[f + 1];
    const std::int64_t end = corners[f + 2];
    Filter filter{begin, {}};
    for (std::int64_t k = begin; k < end; ++k) {
      filter.weights.push_back(k < peak ? static_cast<double>(k - begin) / static_cast<double>(peak - begin)
                                        : static_cast<double>(end - k) / static_cast<double>(end - peak));
    }
    filters_.push_back(std::move(filter));
  }
  const auto filters = static_cast<double>(options.filters);
  for (std::int64_t j = 0; j < options.coefficients; ++j) {
    const double scale = std::sqrt((j == 0 ? 1 : 2) / filters);
    const auto row = static_cast<double>(j);
    const double lift = 1 + options.lifter / 2 * std::sin(std::numbers::pi * row / options.lifter);
    for (std::int64_t f = 0; f < options.filters; ++f) {
      cosines_.push_back(lift * scale *
                         std::cos(std::numbers::pi * row * (2 * static_cast<double>(f) + 1) / (2 * filters)));
    }
  }
}

void Mfcc::Compute(std::span<const float> window, std::span<float> out) const {
  STEPWELL_CHECK(window.size() <= AsSize(options_.fft_size) && out.size() == AsSize(options_.coefficients));
  const std::vector<double> power = PowerOf(window);
  const std::vector<double> energies = LogEnergiesOf(power);
  for (std::size_t j = 0; j < out.size(); ++j) {
    const double* row = cosines_.data() + j * energies.size();
    out[j] = static_cast<float>(std::inner_product(energies.begin(), energies.end(), row, 0.0));
  }
  out[0] = static_cast<float>(LogOfPower(std::accumulate(power.begin(), power.end(), 0.0)));
}

std::vector<double> Mfcc::PowerOf(std::span<const float> window) const {
  std::vector<double> padded(AsSize(options_.fft_size));
  std::copy(window.begin(), window.end(), padded.begin());
  std::vector<std::complex<double>> spectrum(AsSize(dft_.bins()));
  std::vector<std::complex<double>> scratch(AsSize(dft_.scratch_elements()));
  dft_.Run(padded, spectrum, scratch);
  std::vector<double> power(spectrum.size());
  std::transform(spectrum.begin(), spectrum.end(), power.begin(), [this](const std::complex<double>& value) {
    return std::norm(value) / static_cast<double>(options_.fft_size);
  });
  return power;
}

std::vector<double> Mfcc::LogEnergiesOf(std::span<const double> power) const {
  std::vector<double> energies;
  for (const Filter& filter : filters_) {
    energies.push_back(LogOfPower(
        std::inner_product(filter.weights.begin(), filter.weights.end(), power.begin() + filter.first, 0.0)));
  }
  return energies;
}

}  // namespace stepwell::apps
