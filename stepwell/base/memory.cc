#include "stepwell/base/memory.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <malloc.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <map>
#include <mutex>
#include <optional>

#include "stepwell/base/error.h"
#include "stepwell/base/mapped_file.h"
#include "stepwell/base/memory_budget.h"

namespace stepwell {
namespace {

constexpr std::size_t kHugePage = std::size_t{2} << 20;

std::size_t RoundUp(std::size_t value, std::size_t step) { return (value + step - 1) / step * step; }

Error IoError(const char* verb, const std::filesystem::path& path) {
  return {ErrorKind::kIo, fmt::format("cannot {} '{}': {}", verb, path.string(), std::strerror(errno))};
}

class FileDescriptor {
 public:
  explicit FileDescriptor(int fd) : fd_(fd) {}
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  ~FileDescriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

// The files that are mapped now: their sizes, by their beginnings. Never destroyed, since maps may outlive it.
class MappedFiles {
 public:
  static MappedFiles& All() {
    static auto* const all = new MappedFiles;
    return *all;
  }
  void Add(const std::byte* begin, std::size_t size) {
    const std::scoped_lock lock(mutex_);
    sizes_[begin] = size;
  }
  void Remove(const std::byte* begin) {
    const std::scoped_lock lock(mutex_);
    sizes_.erase(begin);
  }
  std::optional<std::size_t> OffsetOf(const std::byte* byte) {
    const std::scoped_lock lock(mutex_);
    auto next = sizes_.upper_bound(byte);
    if (next == sizes_.begin()) return std::nullopt;
    const auto& [begin, size] = *--next;
    const auto offset = static_cast<std::size_t>(byte - begin);
    return offset < size ? std::optional(offset) : std::nullopt;
  }

 private:
  std::mutex mutex_;
  std::map<const std::byte*, std::size_t, std::less<>> sizes_;
};

// Null where the system has none left. Counted is what the allocator says it gave, which Free can ask for again.
void* AllocateWithinBudget(std::size_t alignment, std::size_t bytes) {
  TakeMemory(bytes);
  void* const memory = std::aligned_alloc(alignment, bytes);
  CorrectTakenMemory(bytes, memory == nullptr ? 0 : ::malloc_usable_size(memory));
  return memory;
}

}  // namespace

AlignedBuffer::AlignedBuffer(std::size_t bytes) : size_(bytes) {
  if (bytes == 0) return;
  const std::size_t alignment = bytes >= kHugePage ? kHugePage : kAlignment;
  const std::size_t rounded = RoundUp(bytes, alignment);
  void* memory = rounded < bytes ? nullptr : AllocateWithinBudget(alignment, rounded);
  if (memory == nullptr) throw Error(ErrorKind::kIo, fmt::format("the system has no {} bytes of memory left", bytes));
  data_.reset(static_cast<std::byte*>(memory));
  if (alignment == kHugePage) ::madvise(memory, rounded, MADV_HUGEPAGE);
  std::memset(memory, 0, rounded);
}

void AlignedBuffer::Free::operator()(std::byte* data) const noexcept {
  if (data != nullptr) GiveMemoryBack(::malloc_usable_size(data));
  std::free(data);
}

SharedBytes SharedBytes::Own(AlignedBuffer buffer) {
  auto owner = std::make_shared<const AlignedBuffer>(std::move(buffer));
  const auto bytes = owner->span();
  return {std::move(owner), bytes};
}

SharedBytes SharedBytes::CopyOf(std::span<const std::byte> bytes) {
  AlignedBuffer buffer(bytes.size());
  if (!bytes.empty()) std::memcpy(buffer.data(), bytes.data(), bytes.size());
  return Own(std::move(buffer));
}

SharedBytes SharedBytes::Slice(std::size_t offset, std::size_t bytes) const {
  if (offset > size() || bytes > size() - offset) {
    throw Error(ErrorKind::kInvalidModel,
                fmt::format("bytes {}..+{} lie outside the {} bytes there are", offset, bytes, size()));
  }
  SharedBytes slice(owner_, bytes_.subspan(offset, bytes));
  slice.mapped_ = mapped_;
  return slice;
}

void SharedBytes::ReleasePages() const {
  if (!mapped_ || bytes_.empty()) return;
  const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  // Only whole pages: a neighbour's bytes on the first and the last page may still be wanted.
  const auto begin = (reinterpret_cast<std::uintptr_t>(data()) + page - 1) / page * page;
  const auto end = reinterpret_cast<std::uintptr_t>(data() + size()) / page * page;
  if (end > begin) ::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);
}

SharedBytes MapFile(const std::filesystem::path& path) {
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) throw IoError("open", path);
  struct stat info {};
  if (::fstat(file.get(), &info) != 0) throw IoError("read the size of", path);
  if (!S_ISREG(info.st_mode)) {
    throw Error(ErrorKind::kIo, fmt::format("'{}' is not a regular file", path.string()));
  }
  if (info.st_size == 0) return {};
  const auto size = static_cast<std::size_t>(info.st_size);
  void* address = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.get(), 0);
  if (address == MAP_FAILED) throw IoError("map", path);
  const auto* begin = static_cast<const std::byte*>(address);
  MappedFiles::All().Add(begin, size);
  std::shared_ptr<const void> owner(address, [begin, size](const void* mapped) {
    MappedFiles::All().Remove(begin);
    ::munmap(const_cast<void*>(mapped), size);
  });
  SharedBytes bytes(std::move(owner), {begin, size});
  bytes.mapped_ = true;
  return bytes;
}

std::optional<std::size_t> OffsetInMappedFile(const std::byte* byte) { return MappedFiles::All().OffsetOf(byte); }

}  // namespace stepwell
