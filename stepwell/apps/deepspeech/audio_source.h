#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "stepwell/apps/deepspeech/pcm_reader.h"
#include "stepwell/apps/deepspeech/resampler.h"
#include "stepwell/apps/deepspeech/sample_reader.h"

namespace stepwell::apps {

struct AudioOptions {
  std::int64_t rate_hz = 16000;  // what the model wants
  // Says that the audio is raw PCM, and how it is stored; nothing is looked for in it then.
  std::optional<PcmFormat> raw;
};

// A recording, or one being made, as the model wants it: one channel (the mean of all), int16, at the model's rate.
// Sound that is so already passes unchanged, bit for bit. Not thread-safe.
class AudioSource {
 public:
  // "-" is standard input. A regular file may be WAV, FLAC or anything else libsndfile reads, and is raw PCM (s16le,
  // 16 kHz, mono, unless `raw` says otherwise) if called .raw, .pcm or .s16; anything else (a pipe, a device) is read
  // as it comes, see FromDescriptor. Throws Error naming the file.
  static AudioSource Open(const std::string& path, const AudioOptions& options);

  // Audio as it comes, with or without a WAV header; without any known header it is raw PCM (s16le, 16 kHz, mono). FLAC
  // and Ogg are read to their end first. The descriptor stays the caller's.
  static AudioSource FromDescriptor(int descriptor, std::string name, const AudioOptions& options);

  // The next piece, at most a tenth of a second and what the change of rate adds; empty at the end. Valid until the
  // next call. Throws Error(kInvalidArgument) if the end comes before any sample.
  std::span<const std::int16_t> Read();

 private:
  AudioSource(std::unique_ptr<SampleReader> reader, std::string name, const AudioOptions& options);
  static AudioSource FromStream(ByteSource source, const AudioOptions& options);

  bool ReadMono();

  std::unique_ptr<SampleReader> reader_;
  std::string name_;
  std::optional<Resampler> resampler_;
  std::vector<float> interleaved_;
  std::vector<float> mono_;
  std::vector<float> resampled_;
  std::vector<std::int16_t> piece_;
  enum class Stage : std::uint8_t { kEmpty, kReading, kEnded } stage_ = Stage::kEmpty;
};

}  // namespace stepwell::apps
