#include "stepwell/apps/deepspeech/audio_source.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>
#include <string_view>
#include <utility>

#include "stepwell/apps/deepspeech/sound_file_reader.h"
#include "stepwell/base/checked.h"
#include "stepwell/base/error.h"

namespace stepwell::apps {
namespace {

constexpr std::int64_t kLeastRateHz = 1000;
constexpr SoundFormat kMost{.rate_hz = 1'000'000, .channels = 256};
constexpr std::size_t kMostSpooledBytes = std::size_t{1} << 30;

bool IsNamedRaw(const std::filesystem::path& path) {
  const std::string extension = path.extension().string();
  return extension == ".raw" || extension == ".pcm" || extension == ".s16";
}

void RequireUsable(const SoundFormat& format, const std::string& name) {
  if (format.rate_hz >= kLeastRateHz && format.rate_hz <= kMost.rate_hz && format.channels >= 1 &&
      format.channels <= kMost.channels) {
    return;
  }
  throw Error(ErrorKind::kInvalidModel,
              fmt::format("{}: 1 to {} channels at {} to {} Hz expected, {} at {} Hz found", name, kMost.channels,
                          kLeastRateHz, kMost.rate_hz, format.channels, format.rate_hz));
}

// The nearest int16; what is no number is silence.
std::int16_t ToInt16(float sample) {
  if (std::isnan(sample)) return 0;
  constexpr float kScale = 32768;
  const float scaled = std::clamp(std::nearbyint(sample * kScale), -kScale, kScale - 1);
  return static_cast<std::int16_t>(scaled);
}

}  // namespace

AudioSource AudioSource::Open(const std::string& path, const AudioOptions& options) {
  if (path == "-") return FromDescriptor(STDIN_FILENO, "standard input", options);
  std::error_code error;
  const bool is_stream = std::filesystem::exists(path, error) && !std::filesystem::is_regular_file(path, error) &&
                         !std::filesystem::is_directory(path, error);
  if (is_stream) return FromStream(ByteSource(std::filesystem::path(path)), options);
  if (options.raw || IsNamedRaw(path)) {
    ByteSource source{std::filesystem::path(path)};
    std::string name = source.name();
    return {std::make_unique<PcmReader>(std::move(source), options.raw.value_or(PcmFormat{})), std::move(name),
            options};
  }
  return {OpenSoundFile(path), fmt::format("'{}'", path), options};
}

AudioSource AudioSource::FromDescriptor(int descriptor, std::string name, const AudioOptions& options) {
  return FromStream(ByteSource(descriptor, std::move(name)), options);
}

AudioSource AudioSource::FromStream(ByteSource source, const AudioOptions& options) {
  std::string name = source.name();
  PcmFormat format = options.raw.value_or(PcmFormat{});
  if (!options.raw) {
    const std::span<const std::byte> head = source.Peek(12);
    const std::string_view magic(reinterpret_cast<const char*>(head.data()), head.size());
    if (magic.starts_with("fLaC") || magic.starts_with("OggS")) {
      return {OpenSoundBytes(source.ReadAll(kMostSpooledBytes), name), name, options};
    }
    if (magic.starts_with("RIFF") && magic.ends_with("WAVE")) format = ReadWavHeader(source);
  }
  return {std::make_unique<PcmReader>(std::move(source), format), std::move(name), options};
}

AudioSource::AudioSource(std::unique_ptr<SampleReader> reader, std::string name, const AudioOptions& options)
    : reader_(std::move(reader)), name_(std::move(name)) {
  const SoundFormat format = reader_->format();
  RequireUsable(format, name_);
  if (format.rate_hz != options.rate_hz) resampler_.emplace(format.rate_hz, options.rate_hz);
  interleaved_.resize(AsSize(format.rate_hz / 10 * format.channels));
}

std::span<const std::int16_t> AudioSource::Read() {
  piece_.clear();
  while (piece_.empty() && stage_ != Stage::kEnded) {
    const bool got_some = ReadMono();
    if (!got_some && stage_ == Stage::kEmpty) {
      throw Error(ErrorKind::kInvalidArgument, fmt::format("{} holds no sound", name_));
    }
    stage_ = got_some ? Stage::kReading : Stage::kEnded;
    if (resampler_) {
      resampled_.clear();
      resampler_->Push(mono_, resampled_);
      if (!got_some) resampler_->Flush(resampled_);
    }
    const std::vector<float>& samples = resampler_ ? resampled_ : mono_;
    piece_.resize(samples.size());
    std::transform(samples.begin(), samples.end(), piece_.begin(), ToInt16);
  }
  return piece_;
}

// Fills mono_; false at the end.
bool AudioSource::ReadMono() {
  const std::size_t channels = AsSize(reader_->format().channels);
  mono_.resize(reader_->Read(interleaved_));
  for (std::size_t i = 0; i < mono_.size(); ++i) {
    float sum = 0;
    for (std::size_t c = 0; c < channels; ++c) sum += interleaved_[i * channels + c];
    mono_[i] = std::isfinite(sum) ? sum / static_cast<float>(channels) : 0;
  }
  return !mono_.empty();
}

}  // namespace stepwell::apps
