#pragma once

#include <complex>
#include <cstdint>
#include <span>
#include <vector>

#include "stepwell/kernels/audio/real_dft.h"

namespace stepwell::apps {

// Mel-frequency cepstral coefficients as python_speech_features (and c_speech_features, which DeepSpeech's 0.3.0 client
// uses) defines them, without a window function:
//   power[k]  = |DFT(window, zero-padded to fft_size)[k]|^2 / fft_size
//   energy[f] = sum over k of power[k] * triangle_f[k], triangles between filters + 2 points even in mel, each put at
//               the bin floor((fft_size + 1) * hz / rate); mel(hz) = 2595 log10(1 + hz / 700)
//   c[j]      = orthonormal DCT-II of ln energy, times 1 + lifter/2 * sin(pi j / lifter); c[0] = ln(sum of power).
// A power of zero counts as the smallest normal float, as the client has it. Immutable; free to share.
class Mfcc {
 public:
  struct Options {
    std::int64_t rate_hz = 16000;
    std::int64_t fft_size = 512;
    std::int64_t filters = 26;
    std::int64_t coefficients = 26;
    double lowest_hz = 0;
    double highest_hz = 8000;
    double lifter = 22;
  };

  explicit Mfcc(const Options& options);

  std::int64_t coefficients() const { return options_.coefficients; }
  // window [at most fft_size], on the scale of int16 -> out [coefficients].
  void Compute(std::span<const float> window, std::span<float> out) const;

 private:
  // A triangle's weights, from bin `first` on.
  struct Filter {
    std::int64_t first;
    std::vector<double> weights;
  };
  std::vector<double> PowerOf(std::span<const float> window) const;
  std::vector<double> LogEnergiesOf(std::span<const double> power) const;

  Options options_;
  kernels::RealDft dft_;
  std::vector<Filter> filters_;
  std::vector<double> cosines_;  // [coefficients, filters], scaled and liftered
};

}  // namespace stepwell::apps
