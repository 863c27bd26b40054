#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace stepwell {

// What may stand in a byte stream as it stands in memory.
template <class T>
concept StreamedNumber = (std::is_arithmetic_v<T> || std::is_enum_v<T>)&&!std::is_same_v<T, bool>;

// Bytes that a part of a program writes to be read back by ByteReader: numbers little-endian and unaligned; texts,
// arrays and blocks preceded by their length (u64: bytes of a text or block, elements of an array).
// This is the form of every app's part of a snapshot. Not thread-safe.
class ByteWriter {
 public:
  template <StreamedNumber T>
  void Write(T value) {
    Append(&value, sizeof(T));
  }
  template <StreamedNumber T>
  void WriteArray(std::span<const T> values) {
    Write<std::uint64_t>(values.size());
    Append(values.data(), values.size_bytes());
  }
  void WriteText(std::string_view text) { WriteArray(std::span(text.data(), text.size())); }
  // The bytes of another writer, to be read by ByteReader::ReadBlock.
  void WriteBlock(std::span<const std::byte> bytes) { WriteArray(std::span(AsChars(bytes), bytes.size())); }

  // Bytes that no length stands before.
  void WriteRaw(std::span<const std::byte> bytes) { Append(bytes.data(), bytes.size()); }

  std::span<const std::byte> bytes() const { return bytes_; }
  std::vector<std::byte> Take() { return std::move(bytes_); }

 private:
  static const char* AsChars(std::span<const std::byte> bytes) { return reinterpret_cast<const char*>(bytes.data()); }
  void Append(const void* data, std::size_t size);

  std::vector<std::byte> bytes_;
};

// Reads what a ByteWriter wrote, in the same order and with the same types. The bytes are hostile: every length is
// checked against what is left before anything is allocated, and reading past the end throws Error(kInvalidModel) with
// `what` (such as "snapshot 'a.snap'"), the position, what was wanted and what was left. Does not own the bytes.
class ByteReader {
 public:
  ByteReader(std::span<const std::byte> bytes, std::string what) : bytes_(bytes), what_(std::move(what)) {}

  template <StreamedNumber T>
  T Read() {
    T value;
    std::memcpy(&value, Next(sizeof(T)).data(), sizeof(T));
    return value;
  }
  template <StreamedNumber T>
  std::vector<T> ReadArray() {
    const std::span<const std::byte> bytes = NextArray(sizeof(T));
    std::vector<T> values(bytes.size() / sizeof(T));
    if (!bytes.empty()) std::memcpy(values.data(), bytes.data(), bytes.size());
    return values;
  }
  std::string ReadText();
  // Exactly `size` bytes that no length stands before, for formats that others laid down.
  std::string ReadChars(std::size_t size);
  // What WriteBlock wrote, as it is. Valid as long as the bytes of this reader.
  std::span<const std::byte> ReadBytes() { return NextArray(1); }
  // A part that has its own reader, so that a part that reads too little or too much spoils nothing behind it. Valid as
  // long as the bytes of this reader.
  ByteReader ReadBlock(std::string_view part);

  std::size_t remaining() const { return bytes_.size() - position_; }
  const std::string& what() const { return what_; }
  // Throws unless everything was read.
  void ExpectEnd() const;
  // Throws Error(kInvalidModel) with `what()` unless `ok`: for values that were read and cannot be.
  void Require(bool ok, std::string_view problem) const;

 private:
  std::span<const std::byte> Next(std::size_t size);
  std::span<const std::byte> NextArray(std::size_t element_size);

  std::span<const std::byte> bytes_;
  std::string what_;
  std::size_t position_ = 0;
};

}  // namespace stepwell
