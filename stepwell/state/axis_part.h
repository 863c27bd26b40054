#pragma once

#include <cstddef>
#include <cstring>

#include "stepwell/base/tensor.h"

namespace stepwell::state {

// One stream's part of a tensor that holds the parts of several streams one beside the other along an axis. Where it is
// in the whole: `blocks` stretches of `block_bytes`, the same stretch of the next stream behind each.
struct AxisPart {
  std::size_t blocks = 0;
  std::size_t block_bytes = 0;

  // `part`: the type of one stream's tensor.
  static AxisPart Of(const TensorType& part, int axis) {
    AxisPart result{1, 0};
    for (int i = 0; i < axis; ++i) result.blocks *= AsSize(part.shape[i]);
    if (result.blocks > 0) result.block_bytes = part.bytes() / result.blocks;
    return result;
  }

  // Copies the part of stream `index` of `count` into the whole, or out of it.
  void Put(const std::byte* part, std::size_t index, std::size_t count, std::byte* whole) const {
    for (std::size_t block = 0; block < blocks && block_bytes > 0; ++block) {
      std::memcpy(whole + (block * count + index) * block_bytes, part + block * block_bytes, block_bytes);
    }
  }
  void Take(const std::byte* whole, std::size_t index, std::size_t count, std::byte* part) const {
    for (std::size_t block = 0; block < blocks && block_bytes > 0; ++block) {
      std::memcpy(part + block * block_bytes, whole + (block * count + index) * block_bytes, block_bytes);
    }
  }
};

}  // namespace stepwell::state
