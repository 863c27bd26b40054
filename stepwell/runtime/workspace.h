#pragma once

#include <algorithm>
#include <cstddef>
#include <span>

#include "stepwell/base/memory.h"

namespace stepwell::runtime {

// What sessions compute in: the arena of intermediate tensors and the scratch of kernels. Holds nothing between two
// runs, so that sessions of many plans which run one after the other can share one. Not thread-safe.
class Workspace {
 public:
  // Makes room for a plan; what was there may move.
  void Reserve(std::size_t arena_bytes, std::size_t scratch_bytes) {
    if (arena_bytes > arena_.size()) arena_ = AlignedBuffer(arena_bytes);
    if (scratch_bytes > scratch_.size()) scratch_ = AlignedBuffer(scratch_bytes);
  }

  std::byte* arena() { return arena_.data(); }
  std::span<std::byte> scratch() { return scratch_.span(); }
  std::size_t bytes() const { return arena_.size() + scratch_.size(); }

 private:
  AlignedBuffer arena_;
  AlignedBuffer scratch_;
};

}  // namespace stepwell::runtime
