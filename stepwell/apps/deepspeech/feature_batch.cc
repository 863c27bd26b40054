#include "stepwell/apps/deepspeech/feature_batch.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "stepwell/base/checked.h"
#include "stepwell/base/error.h"

namespace stepwell::apps {
namespace {

constexpr std::int64_t kMostValues = std::int64_t{1} << 26;

bool IsUsable(const FeatureShape& shape) {
  const bool in_range = shape.steps >= 1 && shape.steps <= kMostValues && shape.context >= 0 &&
                        shape.context <= kMostValues && shape.features >= 1 && shape.features <= kMostValues;
  if (!in_range) return false;
  return shape.window_values() <= kMostValues / shape.steps;
}

}  // namespace

FeatureBatch::FeatureBatch(const FeatureShape& shape) : shape_(shape) {
  if (!IsUsable(shape)) {
    throw Error(ErrorKind::kInvalidModel,
                fmt::format("a model that takes at least one window of features a call, {} values in all at most, is "
                            "expected; this one takes {} windows of 2 * {} + 1 frames of {} values",
                            kMostValues, shape.steps, shape.context, shape.features));
  }
  frames_.assign(AsSize(shape.context * shape.features), 0);
  windows_.assign(AsSize(shape.steps * shape.window_values()), 0);
}

void FeatureBatch::Push(std::span<const float> frame, Call call) {
  STEPWELL_CHECK(frame.size() == AsSize(shape_.features));
  frames_.insert(frames_.end(), frame.begin(), frame.end());
  if (frames_.size() < AsSize(shape_.window_values())) return;
  std::copy(frames_.begin(), frames_.end(), windows_.begin() + length_ * shape_.window_values());
  frames_.erase(frames_.begin(), frames_.begin() + shape_.features);
  if (++length_ == shape_.steps) MakeCall(call);
}

void FeatureBatch::Flush(Call call) {
  const std::vector<float> zeros(AsSize(shape_.features));
  for (std::int64_t i = 0; i < shape_.context; ++i) Push(zeros, call);
  if (length_ > 0) MakeCall(call);
}

void FeatureBatch::MakeCall(Call call) {
  const std::int64_t length = std::exchange(length_, 0);
  std::fill(windows_.begin() + length * shape_.window_values(), windows_.end(), 0.0f);
  call(windows_, length);
}

void FeatureBatch::Save(ByteWriter& writer) const {
  for (const std::int64_t value : {shape_.steps, shape_.context, shape_.features, length_}) writer.Write(value);
  writer.WriteArray<float>(frames_);
  writer.WriteArray<float>(std::span(windows_).first(AsSize(length_ * shape_.window_values())));
}

void FeatureBatch::Restore(ByteReader& reader) {
  bool same = true;
  for (const std::int64_t value : {shape_.steps, shape_.context, shape_.features}) {
    same &= reader.Read<std::int64_t>() == value;
  }
  reader.Require(same, "the stream was saved with a model that takes features of another shape");
  FeatureBatch restored(shape_);
  restored.length_ = reader.Read<std::int64_t>();
  restored.frames_ = reader.ReadArray<float>();
  const std::vector<float> windows = reader.ReadArray<float>();
  reader.Require(restored.length_ >= 0 && restored.length_ < shape_.steps &&
                     windows.size() == AsSize(restored.length_ * shape_.window_values()),
                 "the windows saved are not as many as they should be");
  reader.Require(restored.frames_.size() % AsSize(shape_.features) == 0 &&
                     restored.frames_.size() >= AsSize(shape_.context * shape_.features) &&
                     restored.frames_.size() < AsSize(shape_.window_values()),
                 "the feature frames saved are not as many as they should be");
  std::copy(windows.begin(), windows.end(), restored.windows_.begin());
  *this = std::move(restored);
}

}  // namespace stepwell::apps
