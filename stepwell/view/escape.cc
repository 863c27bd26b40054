#include "stepwell/view/escape.h"

#include <cstdint>

namespace stepwell::view {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
constexpr std::string_view kEllipsis = "\xE2\x80\xA6";

bool IsContinuation(char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U; }

// The bytes of the sequence that a first byte announces; 0 for one that announces none.
std::size_t LengthOf(unsigned char first) {
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first < 0xE0) return 2;
  if (first >= 0xE0 && first < 0xF0) return 3;
  return first >= 0xF0 && first < 0xF5 ? 4 : 0;
}

std::uint32_t Decode(std::string_view sequence) {
  if (sequence.size() == 1) return static_cast<unsigned char>(sequence[0]);
  std::uint32_t code = static_cast<unsigned char>(sequence[0]) & (0x7FU >> sequence.size());
  for (const char byte : sequence.substr(1)) code = code << 6U | (static_cast<unsigned char>(byte) & 0x3FU);
  return code;
}

bool IsShown(std::uint32_t code, std::size_t length) {
  if (code < 0x20 || (code >= 0x7F && code < 0xA0)) return false;
  const bool is_overlong = (length == 3 && code < 0x800) || (length == 4 && code < 0x10000);
  const bool is_surrogate = code >= 0xD800 && code < 0xE000;
  const bool is_direction = code == 0x200E || code == 0x200F || (code >= 0x202A && code <= 0x202E) ||
                            (code >= 0x2066 && code <= 0x2069) || code == 0x061C;
  const bool is_no_character = code > 0x10FFFF || (code & 0xFFFEU) == 0xFFFE || code == 0x2028 || code == 0x2029;
  return !is_overlong && !is_surrogate && !is_direction && !is_no_character;
}

// The bytes of the first sequence of `text`, 0 where it is none.
std::size_t SequenceAt(std::string_view text) {
  const std::size_t length = LengthOf(static_cast<unsigned char>(text[0]));
  if (length == 0 || length > text.size()) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if (!IsContinuation(text[i])) return 0;
  }
  return length;
}

}  // namespace

std::string ValidText(std::string_view text) {
  std::string valid;
  while (!text.empty()) {
    const std::size_t length = SequenceAt(text);
    const std::string_view sequence = text.substr(0, length == 0 ? 1 : length);
    valid += length > 0 && IsShown(Decode(sequence), length) ? sequence : kReplacement;
    text.remove_prefix(sequence.size());
  }
  return valid;
}

std::size_t CodePoints(std::string_view valid_text) {
  std::size_t count = 0;
  for (const char byte : valid_text) count += IsContinuation(byte) ? 0 : 1;
  return count;
}

std::string Shortened(const std::string& text, std::size_t most) {
  const std::size_t count = CodePoints(text);
  if (count <= most) return text;
  const std::size_t head = most / 2;
  const std::size_t tail_begin = count - (most - head - 1);
  std::string shortened;
  std::size_t index = 0;  // of the code point after the one whose bytes are looked at
  for (const char byte : text) {
    if (!IsContinuation(byte) && ++index == head + 1) shortened += kEllipsis;
    if (index <= head || index > tail_begin) shortened += byte;
  }
  return shortened;
}

std::string XmlEscaped(std::string_view valid_text) {
  std::string escaped;
  for (const char byte : valid_text) {
    switch (byte) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\'':
        escaped += "&#39;";
        break;
      default:
        escaped += byte;
    }
  }
  return escaped;
}

std::string DotEscaped(std::string_view valid_text) {
  std::string escaped;
  for (const char byte : valid_text) {
    if (byte == '"' || byte == '\\') escaped += '\\';
    escaped += byte;
  }
  return escaped;
}

}  // namespace stepwell::view
