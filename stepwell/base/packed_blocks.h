#pragma once

#include <cstddef>
#include <span>

#include "stepwell/base/function_ref.h"
#include "stepwell/base/memory.h"

namespace stepwell {

// Where packed weights get their memory: a new buffer, or what an earlier process made of the same constants. What is
// packed asks for its blocks in the same order each time and takes nothing about their sizes from them, so that it is
// safe whatever they hold.
class PackedBlocks {
 public:
  using Fill = FunctionRef<void(std::span<std::byte>)>;

  // New memory for each block. Stateless; any thread may use it.
  static PackedBlocks& Fresh();

  virtual ~PackedBlocks() = default;
  // `bytes` bytes, aligned to 64: what `fill` makes of as many zeros. It is called only where they are not known, and
  // depends on the constants alone.
  virtual SharedBytes Make(std::size_t bytes, Fill fill) = 0;
};

}  // namespace stepwell
