#pragma once

// Replaces the program's operator new by one that counts, as the language allows. Include it in one file of a test
// program only.

#include <atomic>
#include <cstdlib>
#include <new>

namespace stepwell::testing {

// Calls of operator new so far, by all threads.
inline std::atomic<std::size_t> allocations = 0;

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
