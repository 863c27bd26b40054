#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "stepwell/apps/deepspeech/byte_source.h"
#include "stepwell/apps/deepspeech/sample_reader.h"

namespace stepwell::apps {

// How a sample is stored, little-endian; integers other than u8 are signed.
enum class PcmEncoding : std::uint8_t { kU8, kS16, kS24, kS32, kF32, kF64 };

std::size_t BytesPerSample(PcmEncoding encoding);

struct PcmFormat {
  SoundFormat sound;
  PcmEncoding encoding = PcmEncoding::kS16;
  std::uint64_t most_bytes = std::numeric_limits<std::uint64_t>::max();  // what follows them is no sound
};

// Reads the header of a RIFF WAVE stream up to the first sample. A length of sound that no one wrote down (as recorders
// write that do not know when they will be stopped: 0, or 2^31 - 1 less a header and up) means all that comes.
// Throws Error: kInvalidModel for a header that contradicts itself, kUnsupported for a coding other than PCM.
PcmFormat ReadWavHeader(ByteSource& source);

// PCM samples as they come; a last frame that is not whole is left out.
class PcmReader final : public SampleReader {
 public:
  PcmReader(ByteSource source, const PcmFormat& format) : source_(std::move(source)), format_(format) {}

  SoundFormat format() const override { return format_.sound; }
  std::size_t Read(std::span<float> samples) override;

 private:
  ByteSource source_;
  PcmFormat format_;
  std::vector<std::byte> held_;  // less than a frame
};

}  // namespace stepwell::apps
