#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "stepwell/base/byte_stream.h"
#include "stepwell/base/parallel.h"

namespace stepwell::apps {

// Turns the samples of one stream into feature frames as they come. Not thread-safe.
class FeatureSource {
 public:
  using Visit = FunctionRef<void(std::span<const float> frame)>;

  FeatureSource() = default;
  virtual ~FeatureSource() = default;

  // Calls `visit` with every frame that the samples (at the model's rate) complete.
  virtual void Push(std::span<const std::int16_t> samples, Visit visit) = 0;
  // At the end of the audio: the frames of what is left, with zeros behind it.
  virtual void Flush(Visit visit) = 0;
  // One of the same kind, before any sample.
  virtual std::unique_ptr<FeatureSource> Fresh() const = 0;

  virtual void Save(ByteWriter& writer) const = 0;
  // Throws Error(kInvalidModel) for bytes that are none of its states, and is then as it was.
  virtual void Restore(ByteReader& reader) = 0;

 protected:
  FeatureSource(const FeatureSource&) = default;
  FeatureSource& operator=(const FeatureSource&) = default;
};

}  // namespace stepwell::apps
