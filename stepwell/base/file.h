#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>

namespace stepwell {

// A file that appears whole or not at all: written under a temporary name in the same folder, and given its own name by
// Commit() (flush, fsync, rename, fsync of the folder). Destroyed without Commit(), it leaves nothing behind.
class AtomicFile {
 public:
  explicit AtomicFile(std::filesystem::path path);
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;
  ~AtomicFile();

  void Write(std::span<const std::byte> bytes);
  void Write(std::string_view text) { Write(std::as_bytes(std::span(text))); }
  std::size_t bytes_written() const { return bytes_written_; }
  void Commit();

  // Whether the `bytes` bytes at `a` and at `b`, all written, are the same.
  bool HoldsTwice(std::size_t a, std::size_t b, std::size_t bytes);
  // Takes back what was written from `size` on.
  void Truncate(std::size_t size);

 private:
  void Flush();
  void WriteThrough(std::span<const std::byte> bytes);
  void ReadBack(std::size_t offset, std::string& into) const;

  std::filesystem::path path_;
  std::filesystem::path temporary_;
  std::string pending_;
  std::size_t bytes_written_ = 0;
  int fd_ = -1;
};

// The whole file; refuses one of more than `most_bytes` with an Error that names it.
std::string ReadTextFile(const std::filesystem::path& path, std::size_t most_bytes);

}  // namespace stepwell
