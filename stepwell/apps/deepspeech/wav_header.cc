#include <fmt/format.h>

#include <cstring>
#include <optional>
#include <string_view>

#include "stepwell/apps/deepspeech/pcm_reader.h"
#include "stepwell/base/byte_stream.h"
#include "stepwell/base/error.h"

namespace stepwell::apps {
namespace {

constexpr std::uint16_t kPcm = 1;
constexpr std::uint16_t kFloat = 3;
constexpr std::uint16_t kExtensible = 0xFFFE;
constexpr std::uint32_t kUnknownLength = 0x7FFFF000;  // and over
constexpr std::uint32_t kMostChunkBytes = 1 << 24;    // of a chunk before the sound
constexpr int kMostChunks = 1000;

struct Coding {
  std::uint16_t tag;
  std::uint16_t bits;
  PcmEncoding encoding;
};
constexpr Coding kCodings[] = {
    {kPcm, 8, PcmEncoding::kU8},   {kPcm, 16, PcmEncoding::kS16},   {kPcm, 24, PcmEncoding::kS24},
    {kPcm, 32, PcmEncoding::kS32}, {kFloat, 32, PcmEncoding::kF32}, {kFloat, 64, PcmEncoding::kF64},
};

PcmEncoding EncodingOf(std::uint16_t tag, std::uint16_t bits, const std::string& name) {
  for (const Coding& coding : kCodings) {
    if (coding.tag == tag && coding.bits == bits) return coding.encoding;
  }
  throw Error(ErrorKind::kUnsupported,
              fmt::format("{}: WAV of coding {} with {} bits a sample; as a stream only PCM of 8, 16, 24 or 32 bits "
                          "(coding 1) and floats (coding 3) can be read: save it in a file, or convert it",
                          name, tag, bits));
}

PcmFormat ReadFormat(std::span<const std::byte> chunk, const std::string& name) {
  ByteReader reader(chunk, "the format chunk of " + name);
  auto tag = reader.Read<std::uint16_t>();
  PcmFormat format;
  format.sound.channels = reader.Read<std::uint16_t>();
  format.sound.rate_hz = reader.Read<std::uint32_t>();
  reader.Read<std::uint32_t>();  // bytes a second
  const auto frame_bytes = reader.Read<std::uint16_t>();
  const auto bits = reader.Read<std::uint16_t>();
  if (tag == kExtensible) {
    reader.ReadChars(8);  // sizes and the places of loudspeakers; the coding's tag starts its identifier
    tag = reader.Read<std::uint16_t>();
  }
  format.encoding = EncodingOf(tag, bits, name);
  const auto expected = static_cast<std::int64_t>(BytesPerSample(format.encoding)) * format.sound.channels;
  reader.Require(frame_bytes == expected, fmt::format("frames of {} bytes announced, {} channels of {} bits make {}",
                                                      frame_bytes, format.sound.channels, bits, expected));
  return format;
}

}  // namespace

PcmFormat ReadWavHeader(ByteSource& source) {
  source.ReadExactly(12);  // "RIFF", a length, "WAVE"
  std::optional<PcmFormat> format;
  for (int i = 0; i < kMostChunks; ++i) {
    const std::vector<std::byte> head = source.ReadExactly(8);
    const std::string_view kind(reinterpret_cast<const char*>(head.data()), 4);
    std::uint32_t size = 0;
    std::memcpy(&size, head.data() + 4, sizeof(size));
    if (kind == "data") {
      if (!format) break;
      if (size > 0 && size < kUnknownLength) format->most_bytes = size;
      return *format;
    }
    if (size > kMostChunkBytes) break;
    const std::vector<std::byte> chunk = source.ReadExactly(size + (size & 1));  // chunks start at even places
    if (kind == "fmt ") format = ReadFormat(std::span(chunk).first(size), source.name());
  }
  throw Error(ErrorKind::kInvalidModel,
              fmt::format("{}: a WAV header with a format and then sound expected, it has none", source.name()));
}

}  // namespace stepwell::apps
