#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>

namespace stepwell {

// Zeroed memory aligned to 64 bytes, owned by one. Large ones ask for huge pages; none left is an Error(kIo).
class AlignedBuffer {
 public:
  static constexpr std::size_t kAlignment = 64;

  AlignedBuffer() = default;
  explicit AlignedBuffer(std::size_t bytes);

  std::byte* data() { return data_.get(); }
  const std::byte* data() const { return data_.get(); }
  std::size_t size() const { return size_; }
  std::span<std::byte> span() { return {data(), size_}; }
  std::span<const std::byte> span() const { return {data(), size_}; }

 private:
  struct Free {
    void operator()(std::byte* data) const noexcept;
  };
  std::unique_ptr<std::byte, Free> data_;
  std::size_t size_ = 0;
};

// Read-only bytes whose owner is kept alive by every copy: a slice of a mapped file, or a buffer. Cheap to copy.
// Bytes of a file may start at any address; read them with memcpy.
class SharedBytes {
 public:
  SharedBytes() = default;
  SharedBytes(std::shared_ptr<const void> owner, std::span<const std::byte> bytes)
      : owner_(std::move(owner)), bytes_(bytes) {}
  static SharedBytes Own(AlignedBuffer buffer);
  static SharedBytes CopyOf(std::span<const std::byte> bytes);

  std::span<const std::byte> span() const { return bytes_; }
  const std::byte* data() const { return bytes_.data(); }
  std::size_t size() const { return bytes_.size(); }
  // A part of it; throws Error(kInvalidModel) when it does not lie inside.
  SharedBytes Slice(std::size_t offset, std::size_t bytes) const;

  // Tells the system that these pages of a mapped file are not needed now; they are read again if touched. Does
  // nothing to memory that is not a mapped file.
  void ReleasePages() const;

 private:
  friend SharedBytes MapFile(const std::filesystem::path& path);
  std::shared_ptr<const void> owner_;
  std::span<const std::byte> bytes_;
  bool mapped_ = false;
};

// Maps a whole file for reading. Throws Error(kIo) naming the file. An empty file maps to no bytes. A file that another
// process shortens while it is mapped raises SIGBUS on access: write files by renaming, as this library does.
SharedBytes MapFile(const std::filesystem::path& path);

}  // namespace stepwell
