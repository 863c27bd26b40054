#pragma once

#include <cstdint>
#include <vector>

namespace stepwell::ops::audio {

// What TensorFlow's Mfcc makes of a spectrogram's bins.
struct MelBands {
  std::int64_t bins = 0;  // of the spectrogram: half the transform's length, plus 1
  double sample_rate_hz = 0;
  double lower_hz = 20;
  double upper_hz = 4000;
  std::int64_t channels = 40;
};

// [bins, channels], row-major: what each bin's magnitude adds to each triangular channel. The channels' centres divide
// mel(lower) .. mel(upper), mel(f) = 1127 ln(1 + f / 700), evenly. Bins outside of lower .. upper add nothing; bins
// below the first centre rise from lower. Source of the rules: TensorFlow's mfcc_mel_filterbank.cc. Throws
// Error(kInvalidModel) when the numbers make no bands.
std::vector<float> MelMatrix(const MelBands& bands);

// [channels, coefficients], row-major: the cosine transform (type II) sqrt(2 / channels) * cos(pi / channels * (n +
// 1/2)
// * k). Source: TensorFlow's mfcc_dct.cc. Throws Error(kInvalidModel) for more coefficients than channels.
std::vector<float> CosineMatrix(std::int64_t channels, std::int64_t coefficients);

}  // namespace stepwell::ops::audio
