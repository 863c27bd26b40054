#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "stepwell/base/byte_stream.h"
#include "stepwell/base/parallel.h"

namespace stepwell::apps {

// What one call of the model takes: `steps` windows of 2 * context + 1 frames of `features` values, as the shape of the
// model's input says: [1, steps, 2 * context + 1, features].
struct FeatureShape {
  std::int64_t steps = 0;
  std::int64_t context = 0;
  std::int64_t features = 0;

  std::int64_t window_values() const { return (2 * context + 1) * features; }
};

// Collects feature frames into the windows of a call. Frame n gives window n: the frame with `context` frames before it
// and behind it; before the first frame and behind the last there are zeros.
class FeatureBatch {
 public:
  // windows [steps, 2 * context + 1, features], of which the first `length` are used and the others zero. The call it
  // makes must not come back to the batch.
  using Call = FunctionRef<void(std::span<const float> windows, std::int64_t length)>;

  // Throws Error(kInvalidModel) for a shape without steps or features, or of more than 2^26 values.
  explicit FeatureBatch(const FeatureShape& shape);

  // Adds a frame [features]; makes a call when it completes the last of `steps` windows.
  void Push(std::span<const float> frame, Call call);
  // At the end of the audio: the windows still open, and a last call if there are any.
  void Flush(Call call);
  void Reset() { *this = FeatureBatch(shape_); }

  void Save(ByteWriter& writer) const;
  // Throws Error(kInvalidModel) for the state of a batch of another shape.
  void Restore(ByteReader& reader);

 private:
  void MakeCall(Call call);

  FeatureShape shape_;
  std::vector<float> frames_;   // the newest, less than a window of them
  std::vector<float> windows_;  // [steps, 2 * context + 1, features], of which length_ are there
  std::int64_t length_ = 0;
};

}  // namespace stepwell::apps
