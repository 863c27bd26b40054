#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace stepwell::apps {

// What is known of a recording before its samples.
struct SoundFormat {
  std::int64_t rate_hz = 16000;
  std::int64_t channels = 1;
};

// Samples of a recording in order, as they are stored. Not thread-safe.
class SampleReader {
 public:
  SampleReader() = default;
  SampleReader(const SampleReader&) = delete;
  SampleReader& operator=(const SampleReader&) = delete;
  virtual ~SampleReader() = default;

  virtual SoundFormat format() const = 0;
  // Fills `samples`, which has room for whole frames (one sample per channel), from its front, on the scale [-1, 1).
  // Returns the number of frames, 0 only at the end; waits for at least one. Throws Error for damaged recordings.
  virtual std::size_t Read(std::span<float> samples) = 0;
};

}  // namespace stepwell::apps
