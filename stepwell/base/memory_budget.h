#pragma once

#include <cstddef>

// How much memory the tensors of this process may take together. Sizes come from files, and a short file can ask for
// any: what does not fit is refused before the system is asked for it. All functions are thread-safe.
namespace stepwell {

// In bytes: what SetMemoryBudget said, else the machine's memory, or what its control group grants, if that is less.
std::size_t MemoryBudget();
// For tests and for programs that share a machine. What is already taken stays taken.
void SetMemoryBudget(std::size_t bytes);

// What AlignedBuffers (tensors, arenas, packed weights, copies of files' bytes) take now, in bytes; mapped files do not
// count.
std::size_t MemoryInUse();

// For AlignedBuffer: counts bytes as taken, or throws Error(kIo) where they would go past the budget.
void TakeMemory(std::size_t bytes);
// An allocator may give a little more than it was asked for.
void CorrectTakenMemory(std::size_t asked, std::size_t given) noexcept;
void GiveMemoryBack(std::size_t bytes) noexcept;

}  // namespace stepwell
