#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace stepwell::apps {

// Changes the rate of a stream of samples (band-limited interpolation, by libsamplerate). Not thread-safe.
class Resampler {
 public:
  // Throws Error(kUnsupported) for rates that are more than 256 times apart.
  Resampler(std::int64_t from_hz, std::int64_t to_hz);
  ~Resampler();

  // Appends to `out` what the samples give; some of it comes only with later samples.
  void Push(std::span<const float> samples, std::vector<float>& out);
  // At the end: what is still to come.
  void Flush(std::vector<float>& out);

 private:
  void Process(std::span<const float> samples, int at_end, std::vector<float>& out);

  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace stepwell::apps
