#pragma once

// Replaces the program's malloc and its kin, and mmap, by functions that count: whoever asks for memory, in this
// program or in a library (oneDNN, OpenMP), is seen. Sanitizers have their own, beside which only operator new can be
// counted. Include it in one file of a test program only.

#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <new>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define STEPWELL_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define STEPWELL_SANITIZED 1
#endif
#endif

namespace stepwell::testing {

// Calls so far, by all threads.
inline std::atomic<std::size_t> allocations = 0;

}  // namespace stepwell::testing

#ifdef STEPWELL_SANITIZED

namespace stepwell::testing {

inline void* CountedAllocation(std::size_t bytes) noexcept {
  ++allocations;
  return std::malloc(bytes == 0 ? 1 : bytes);
}

inline void* RequiredAllocation(std::size_t bytes) {
  if (void* memory = CountedAllocation(bytes)) return memory;
  throw std::bad_alloc();
}

}  // namespace stepwell::testing

void* operator new(std::size_t bytes) { return stepwell::testing::RequiredAllocation(bytes); }
void* operator new[](std::size_t bytes) { return stepwell::testing::RequiredAllocation(bytes); }
void* operator new(std::size_t bytes, const std::nothrow_t&) noexcept {
  return stepwell::testing::CountedAllocation(bytes);
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, const std::nothrow_t&) noexcept { std::free(memory); }

#else

// What glibc's own functions of these names are called besides.
extern "C" {
void* __libc_malloc(std::size_t bytes);
void* __libc_calloc(std::size_t count, std::size_t bytes);
void* __libc_realloc(void* memory, std::size_t bytes);
void* __libc_memalign(std::size_t alignment, std::size_t bytes);

void* malloc(std::size_t bytes) noexcept {
  ++stepwell::testing::allocations;
  return __libc_malloc(bytes);
}
void* calloc(std::size_t count, std::size_t bytes) noexcept {
  ++stepwell::testing::allocations;
  return __libc_calloc(count, bytes);
}
void* realloc(void* memory, std::size_t bytes) noexcept {
  ++stepwell::testing::allocations;
  return __libc_realloc(memory, bytes);
}
void* memalign(std::size_t alignment, std::size_t bytes) noexcept {
  ++stepwell::testing::allocations;
  return __libc_memalign(alignment, bytes);
}
void* aligned_alloc(std::size_t alignment, std::size_t bytes) noexcept { return memalign(alignment, bytes); }
int posix_memalign(void** memory, std::size_t alignment, std::size_t bytes) noexcept {
  *memory = memalign(alignment, bytes);
  return *memory == nullptr ? ENOMEM : 0;
}
void* mmap(void* address, std::size_t bytes, int protection, int flags, int file, off_t offset) noexcept {
  ++stepwell::testing::allocations;
  return reinterpret_cast<void*>(::syscall(SYS_mmap, address, bytes, protection, flags, file, offset));
}
}

#endif
