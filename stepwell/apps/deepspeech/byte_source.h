#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace stepwell::apps {

// Bytes that come one after the other and cannot be asked for again: a pipe, a terminal, a file. Not thread-safe.
class ByteSource {
 public:
  // Reads from an open descriptor, which stays the caller's. `name` is for messages.
  ByteSource(int descriptor, std::string name) : descriptor_(descriptor), name_(std::move(name)) {}
  // Opens the file, and closes it at the end. Throws Error(kIo).
  explicit ByteSource(const std::filesystem::path& path);
  ByteSource(ByteSource&& other) noexcept;
  ByteSource& operator=(ByteSource&&) = delete;
  ~ByteSource();

  const std::string& name() const { return name_; }

  // The next `size` bytes, fewer only at the end, without taking them.
  std::span<const std::byte> Peek(std::size_t size);
  // Fills as much of `out` as is there, at least one byte unless the end is reached. Returns how much. Throws
  // Error(kIo).
  std::size_t Read(std::span<std::byte> out);
  // The next `size` bytes, or Error(kInvalidModel) if the end comes before.
  std::vector<std::byte> ReadExactly(std::size_t size);
  // All that comes, or Error(kInvalidArgument) if it is more than `most` bytes.
  std::vector<std::byte> ReadAll(std::size_t most);

 private:
  std::size_t ReadDescriptor(std::span<std::byte> out) const;

  int descriptor_;
  bool owned_ = false;
  std::string name_;
  std::vector<std::byte> peeked_;
};

}  // namespace stepwell::apps
