#include <bit>

#include "stepwell/converter/source/tensor_slice.h"

namespace stepwell::converter {
namespace {

std::size_t BitWidth(std::uint64_t value) { return static_cast<std::size_t>(std::bit_width(value)); }

// A length byte, then the significant bytes, largest first.
void AppendNumber(std::uint64_t value, std::string& key) {
  const std::size_t bytes = (BitWidth(value) + 7) / 8;
  key += static_cast<char>(bytes);
  for (std::size_t i = bytes; i-- > 0;) key += static_cast<char>(value >> (8 * i));
}

// Bytes 0x00 and 0xff are followed by 0xff and 0x00; the end is 0x00 0x01.
void AppendString(std::string_view text, std::string& key) {
  for (const char c : text) {
    key += c;
    if (c == '\x00') key += '\xff';
    if (c == '\xff') key += '\x00';
  }
  key += '\x00';
  key += '\x01';
}

// Like UTF-8: as many leading bits as there are bytes say how long the number is, and they are inverted for a negative
// one. A number of n bytes holds 7 n - 1 bits beside its sign.
void AppendSignedNumber(std::int64_t value, std::string& key) {
  const auto magnitude = static_cast<std::uint64_t>(value < 0 ? ~value : value);
  const std::size_t bytes = BitWidth(magnitude) / 7 + 1;
  constexpr std::size_t kMostBytes = 10;
  std::string digits(kMostBytes, value < 0 ? '\xff' : '\x00');
  for (std::size_t i = 0; i < sizeof(value); ++i) digits[kMostBytes - 1 - i] = static_cast<char>(value >> (8 * i));
  digits.erase(0, kMostBytes - bytes);
  for (std::size_t bit = 0; bit < bytes; ++bit) {
    digits[bit / 8] = static_cast<char>(digits[bit / 8] ^ (0x80 >> (bit % 8)));
  }
  key += digits;
}

}  // namespace

std::string SliceKey(std::string_view name, const TensorSlice& slice) {
  std::string key;
  AppendNumber(0, key);
  AppendString(name, key);
  AppendNumber(slice.size(), key);
  for (const SliceExtent& extent : slice) {
    AppendSignedNumber(extent.start, key);
    AppendSignedNumber(extent.length.value_or(-1), key);
  }
  return key;
}

}  // namespace stepwell::converter
