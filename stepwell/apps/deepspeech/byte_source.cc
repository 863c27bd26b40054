#include "stepwell/apps/deepspeech/byte_source.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "stepwell/base/error.h"

namespace stepwell::apps {
namespace {

constexpr std::size_t kPieceBytes = std::size_t{1} << 16;

}  // namespace

ByteSource::ByteSource(const std::filesystem::path& path)
    : descriptor_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)), owned_(true), name_(fmt::format("'{}'", path.string())) {
  if (descriptor_ < 0) throw Error(ErrorKind::kIo, fmt::format("cannot open {}: {}", name_, std::strerror(errno)));
}

ByteSource::ByteSource(ByteSource&& other) noexcept
    : descriptor_(other.descriptor_),
      owned_(std::exchange(other.owned_, false)),
      name_(std::move(other.name_)),
      peeked_(std::move(other.peeked_)) {}

ByteSource::~ByteSource() {
  if (owned_) ::close(descriptor_);
}

std::span<const std::byte> ByteSource::Peek(std::size_t size) {
  while (peeked_.size() < size) {
    const std::size_t before = peeked_.size();
    peeked_.resize(size);
    const std::size_t count = ReadDescriptor(std::span(peeked_).subspan(before));
    peeked_.resize(before + count);
    if (count == 0) break;
  }
  return std::span<const std::byte>(peeked_).first(std::min(size, peeked_.size()));
}

std::size_t ByteSource::Read(std::span<std::byte> out) {
  if (peeked_.empty()) return ReadDescriptor(out);
  const std::size_t count = std::min(out.size(), peeked_.size());
  std::copy_n(peeked_.begin(), count, out.begin());
  peeked_.erase(peeked_.begin(), peeked_.begin() + static_cast<std::ptrdiff_t>(count));
  return count;
}

std::vector<std::byte> ByteSource::ReadExactly(std::size_t size) {
  std::vector<std::byte> bytes;
  while (bytes.size() < size) {
    const std::size_t before = bytes.size();
    bytes.resize(std::min(size, before + kPieceBytes));
    const std::size_t count = Read(std::span(bytes).subspan(before));
    bytes.resize(before + count);
    if (count == 0) {
      throw Error(ErrorKind::kInvalidModel,
                  fmt::format("{} ends too early: {} bytes expected, {} are there", name_, size, before));
    }
  }
  return bytes;
}

std::vector<std::byte> ByteSource::ReadAll(std::size_t most) {
  std::vector<std::byte> bytes;
  while (true) {
    const std::size_t before = bytes.size();
    bytes.resize(before + kPieceBytes);
    const std::size_t count = Read(std::span(bytes).subspan(before));
    bytes.resize(before + count);
    if (count == 0) return bytes;
    if (bytes.size() > most) {
      throw Error(ErrorKind::kInvalidArgument,
                  fmt::format("{} is over {} bytes, and its form cannot be read as it comes: save it in a file, or "
                              "send WAV or raw PCM",
                              name_, most));
    }
  }
}

std::size_t ByteSource::ReadDescriptor(std::span<std::byte> out) const {
  while (true) {
    const ssize_t count = ::read(descriptor_, out.data(), out.size());
    if (count >= 0) return static_cast<std::size_t>(count);
    if (errno != EINTR) throw Error(ErrorKind::kIo, fmt::format("cannot read {}: {}", name_, std::strerror(errno)));
  }
}

}  // namespace stepwell::apps
