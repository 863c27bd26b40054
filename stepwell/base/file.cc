#include "stepwell/base/file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string_view>

#include "stepwell/base/error.h"
#include "stepwell/base/memory.h"

namespace stepwell {
namespace {

constexpr std::size_t kPendingBytes = std::size_t{256} << 10;  // collected before they are written

[[noreturn]] void ThrowIo(const char* verb, const std::filesystem::path& path) {
  throw Error(ErrorKind::kIo, fmt::format("cannot {} '{}': {}", verb, path.string(), std::strerror(errno)));
}

std::filesystem::path FolderOf(const std::filesystem::path& path) {
  return path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
}

// Beyond the process's limit (RLIMIT_FSIZE) the system would end it by a signal.
void RequireFileSize(const std::filesystem::path& path, std::size_t bytes) {
  rlimit most{};
  if (::getrlimit(RLIMIT_FSIZE, &most) != 0 || bytes <= most.rlim_cur) return;
  errno = EFBIG;
  ThrowIo("write", path);
}

// Makes the new directory entry durable. Not every file system can; a rename that cannot be flushed is still whole.
void SyncFolder(const std::filesystem::path& folder) {
  const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return;
  ::fsync(fd);
  ::close(fd);
}

}  // namespace

AtomicFile::AtomicFile(std::filesystem::path path) : path_(std::move(path)) {
  std::string name = (FolderOf(path_) / fmt::format(".{}.XXXXXX", path_.filename().string())).string();
  fd_ = ::mkostemp(name.data(), O_CLOEXEC);
  if (fd_ < 0) ThrowIo("create a file beside", path_);
  temporary_ = name;
  const mode_t mask = ::umask(0);
  ::umask(mask);
  ::fchmod(fd_, 0666 & ~mask);
}

AtomicFile::~AtomicFile() {
  if (fd_ < 0) return;
  ::close(fd_);
  ::unlink(temporary_.c_str());
}

void AtomicFile::Write(std::span<const std::byte> bytes) {
  bytes_written_ += bytes.size();
  if (bytes.size() >= kPendingBytes) {
    Flush();
    WriteThrough(bytes);
    return;
  }
  pending_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (pending_.size() >= kPendingBytes) Flush();
}

void AtomicFile::Flush() {
  WriteThrough(std::as_bytes(std::span(pending_)));
  pending_.clear();
}

void AtomicFile::WriteThrough(std::span<const std::byte> bytes) {
  RequireFileSize(path_, bytes_written_);
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) ThrowIo("write", path_);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
}

bool AtomicFile::HoldsTwice(std::size_t a, std::size_t b, std::size_t bytes) {
  Flush();
  std::string of_a(std::min(bytes, kPendingBytes), '\0');
  std::string of_b = of_a;
  for (std::size_t done = 0; done < bytes; done += of_a.size()) {
    of_a.resize(std::min(of_a.size(), bytes - done));
    of_b.resize(of_a.size());
    ReadBack(a + done, of_a);
    ReadBack(b + done, of_b);
    if (of_a != of_b) return false;
  }
  return true;
}

void AtomicFile::ReadBack(std::size_t offset, std::string& into) const {
  for (std::size_t done = 0; done < into.size();) {
    const ssize_t got = ::pread(fd_, into.data() + done, into.size() - done, static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) ThrowIo("read back", path_);
    done += static_cast<std::size_t>(got);
  }
}

void AtomicFile::Truncate(std::size_t size) {
  Flush();
  const auto end = static_cast<off_t>(size);
  if (::ftruncate(fd_, end) != 0 || ::lseek(fd_, end, SEEK_SET) != end) ThrowIo("shorten", path_);
  bytes_written_ = size;
}

void AtomicFile::Commit() {
  Flush();
  if (::fsync(fd_) != 0) ThrowIo("flush", path_);
  if (::rename(temporary_.c_str(), path_.c_str()) != 0) ThrowIo("give its name to", path_);
  ::close(fd_);
  fd_ = -1;
  SyncFolder(FolderOf(path_));
}

std::string ReadTextFile(const std::filesystem::path& path, std::size_t most_bytes) {
  const SharedBytes bytes = MapFile(path);
  if (bytes.size() > most_bytes) {
    throw Error(ErrorKind::kInvalidArgument, fmt::format("'{}' holds {} bytes, more than the {} that such a file may",
                                                         path.string(), bytes.size(), most_bytes));
  }
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace stepwell
