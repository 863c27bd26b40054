#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace stepwell::runtime {

// A block of memory that must keep its content from step `first` to step `last`, both included.
struct Lifetime {
  std::size_t first = 0;
  std::size_t last = 0;
  std::size_t bytes = 0;
};

// Where each block lies in one piece of memory; offsets are multiples of AlignedBuffer::kAlignment.
struct ArenaLayout {
  std::vector<std::size_t> offsets;  // by index of the lifetimes given
  std::size_t bytes = 0;
};

// Gives blocks that live at the same time different places: the largest first, each into the tightest gap that its
// contemporaries leave.
ArenaLayout PlanArena(std::span<const Lifetime> lifetimes);

}  // namespace stepwell::runtime
