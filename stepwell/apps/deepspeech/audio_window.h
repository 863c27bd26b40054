#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "stepwell/base/byte_stream.h"
#include "stepwell/base/parallel.h"

namespace stepwell::apps {

// Cuts a stream of samples into windows of `size` samples, one every `step` samples. Holds less than a window.
class AudioWindow {
 public:
  struct Shape {
    std::int64_t size = 0;
    std::int64_t step = 0;  // at most size
  };
  using Visit = FunctionRef<void(std::span<const float> window)>;

  // Throws Error(kInvalidModel) unless 1 <= step <= size <= 2^20.
  explicit AudioWindow(const Shape& shape);

  // Calls `visit` for every window that the samples complete.
  void Push(std::span<const float> samples, Visit visit);
  // At the end of the audio: one more window, of what is left and zeros behind it.
  void Flush(Visit visit);
  void Reset() { held_.clear(); }

  void Save(ByteWriter& writer) const;
  // Throws Error(kInvalidModel) for the state of a window of another shape.
  void Restore(ByteReader& reader);

 private:
  Shape shape_;
  std::vector<float> held_;
};

}  // namespace stepwell::apps
