#include "stepwell/apps/deepspeech/pcm_reader.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "stepwell/base/checked.h"
#include "stepwell/base/error.h"

namespace stepwell::apps {
namespace {

template <class T>
T ReadLittleEndian(const std::byte* bytes) {
  T value;
  std::memcpy(&value, bytes, sizeof(T));
  return value;
}

float DecodeSample(PcmEncoding encoding, const std::byte* bytes) {
  switch (encoding) {
    case PcmEncoding::kU8:
      return static_cast<float>(std::to_integer<int>(bytes[0]) - 128) / 128;
    case PcmEncoding::kS16:
      return static_cast<float>(ReadLittleEndian<std::int16_t>(bytes)) / 32768;
    case PcmEncoding::kS24: {
      const std::array<std::byte, 4> widened{std::byte{0}, bytes[0], bytes[1], bytes[2]};
      return static_cast<float>(ReadLittleEndian<std::int32_t>(widened.data())) / 2147483648.0f;
    }
    case PcmEncoding::kS32:
      return static_cast<float>(ReadLittleEndian<std::int32_t>(bytes)) / 2147483648.0f;
    case PcmEncoding::kF32:
      return ReadLittleEndian<float>(bytes);
    case PcmEncoding::kF64:
      return static_cast<float>(ReadLittleEndian<double>(bytes));
  }
  STEPWELL_CHECK(false);
  return 0;
}

}  // namespace

std::size_t BytesPerSample(PcmEncoding encoding) {
  switch (encoding) {
    case PcmEncoding::kU8:
      return 1;
    case PcmEncoding::kS16:
      return 2;
    case PcmEncoding::kS24:
      return 3;
    case PcmEncoding::kS32:
    case PcmEncoding::kF32:
      return 4;
    case PcmEncoding::kF64:
      return 8;
  }
  STEPWELL_CHECK(false);
  return 0;
}

std::size_t PcmReader::Read(std::span<float> samples) {
  const std::size_t sample_bytes = BytesPerSample(format_.encoding);
  const std::size_t frame_bytes = sample_bytes * AsSize(format_.sound.channels);
  const std::size_t wanted = samples.size() / AsSize(format_.sound.channels) * frame_bytes;
  while (held_.size() < frame_bytes) {
    const std::size_t before = held_.size();
    const auto room = static_cast<std::size_t>(std::min<std::uint64_t>(wanted - before, format_.most_bytes));
    if (room == 0) return 0;
    held_.resize(before + room);
    const std::size_t count = source_.Read(std::span(held_).subspan(before));
    held_.resize(before + count);
    format_.most_bytes -= count;
    if (count == 0) return 0;
  }
  const std::size_t frames = held_.size() / frame_bytes;
  const std::size_t count = frames * AsSize(format_.sound.channels);
  for (std::size_t i = 0; i < count; ++i) samples[i] = DecodeSample(format_.encoding, held_.data() + i * sample_bytes);
  held_.erase(held_.begin(), held_.begin() + static_cast<std::ptrdiff_t>(frames * frame_bytes));
  return frames;
}

}  // namespace stepwell::apps
