#pragma once

#include <vector>

#include "stepwell/ops/import_rule.h"

// TensorFlow's audio ops, in standard ops.
namespace stepwell::ops::audio {

// samples [n, channels] (n must be known) -> magnitudes, or their squares, [channels, frames, bins]. Attributes
// window_size, stride, magnitude_squared. Each window is weighted by a periodic Hann window and filled up with zeros to
// a power of two; bins = half of that, plus 1.
std::vector<ir::ValueId> ImportAudioSpectrogram(const ImportSite& site);

// squared magnitudes [channels, frames, bins], sample rate (one integer) -> cepstral coefficients [channels, frames,
// dct_coefficient_count]. Attributes upper_frequency_limit, lower_frequency_limit (Hz), filterbank_channel_count,
// dct_coefficient_count.
std::vector<ir::ValueId> ImportMfcc(const ImportSite& site);

}  // namespace stepwell::ops::audio
