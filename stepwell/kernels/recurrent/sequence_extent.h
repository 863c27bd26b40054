#pragma once

#include <cstdint>

namespace stepwell::kernels {

// How the tensors of all frames are laid out.
enum class SequenceOrder : std::uint8_t {
  kFramesFirst,  // [T, B, ...]
  kBatchFirst,   // [B, T, ...]
};

struct SequenceExtent {
  std::int64_t frames = 1;  // T
  std::int64_t batch = 1;   // B
  SequenceOrder order = SequenceOrder::kFramesFirst;

  // Where (frame, row) stands among all rows.
  std::int64_t Place(std::int64_t frame, std::int64_t row) const {
    return order == SequenceOrder::kFramesFirst ? frame * batch + row : row * frames + frame;
  }
};

}  // namespace stepwell::kernels
