#pragma once

#include <memory>
#include <string_view>

#include "stepwell/base/byte_stream.h"

namespace stepwell::state {

// What an application remembers of a stream beside the model's states: audio and feature buffers, beams, a random
// generator. A stream saves, restores, forks, resets and rewinds it together with its states; for that, four functions
// suffice. Not thread-safe; belongs to one stream.
class StreamPart {
 public:
  virtual ~StreamPart() = default;

  // What wrote a snapshot, with a version: "deepspeech 1". A snapshot of another kind is refused.
  virtual std::string_view kind() const = 0;
  // One as a new stream has it, of the same configuration.
  virtual std::unique_ptr<StreamPart> Fresh() const = 0;
  virtual void Save(ByteWriter& writer) const = 0;
  // Called on a fresh one, which is thrown away if this throws. Must read all that Save wrote; the bytes are hostile.
  virtual void Restore(ByteReader& reader) = 0;
};

}  // namespace stepwell::state
