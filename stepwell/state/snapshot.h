#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "stepwell/base/tensor.h"

namespace stepwell::state {

// What a file of a stream holds; docs/snapshot-format.md describes the bytes. Does not own what its spans and views
// show.
struct Snapshot {
  struct StateTensor {
    std::string name;
    TensorType type;
    std::span<const std::byte> bytes;
  };

  std::uint64_t model_fingerprint = 0;
  std::string model_name;
  std::uint64_t call_number = 0;
  std::vector<StateTensor> states;
  std::string part_kind;  // empty: no part
  std::span<const std::byte> part;
};

std::vector<std::byte> WriteSnapshot(const Snapshot& snapshot);

// Checks length and checksum before anything else. The result shows the given bytes. Throws Error: kInvalidModel when
// they are no snapshot, truncated or damaged, kUnsupported when a newer version wrote them. `what` names them.
Snapshot ReadSnapshot(std::span<const std::byte> bytes, std::string_view what = "the snapshot");

// By state, to open a stream for the snapshot with StateLayout::MakeShaped.
std::vector<Shape> ShapesOf(const Snapshot& snapshot);

}  // namespace stepwell::state
