#pragma once

#include <cstddef>
#include <cstdint>

// How much a file may ask for; docs/limits.md says where each counts and why. All lie far above real models. What is
// past a limit is refused with an Error that says so; sizes are computed with base/checked.h before they are compared.
// Two more: Shape::kMaxRank, and MemoryBudget (base/memory_budget.h), which bounds all tensors together.
namespace stepwell::limits {

// Structure.
inline constexpr std::size_t kMostNodes = 500'000;       // of a GraphDef; layers of an IR, or of one body
inline constexpr int kDeepestMessage = 100;              // protobuf messages in one another; protobuf's own limit
inline constexpr int kDeepestBody = 8;                   // bodies of loops in one another
inline constexpr std::int64_t kMostOutputPorts = 4096;   // of one node
inline constexpr std::size_t kMostLayerPorts = 4096;     // inputs, or outputs, of one layer of an IR
inline constexpr std::size_t kMostNames = 4096;          // that one tensor answers to
inline constexpr std::size_t kMostGraphEntries = 4096;   // inputs, or outputs, of a graph
inline constexpr std::int64_t kMostShards = 99'999;      // of a checkpoint: five digits in a file's name
inline constexpr std::size_t kMostKeyBytes = 64 * 1024;  // of a variable's name in a checkpoint
inline constexpr std::int64_t kMostIterations = 1 << 24;  // of one loop in one call

// Sizes. With so many elements even a number of bits fits 64 bits, and an offset within a tensor a signed number.
inline constexpr std::int64_t kMostElements = std::int64_t{1} << 48;  // of one tensor
// Parsed, XML may take 16 times as much memory.
inline constexpr std::size_t kMostXmlBytes = std::size_t{64} << 20;
// Of a constant or an initial value of which the file holds fewer bytes, the last element standing for the rest.
inline constexpr std::size_t kMostExpandedBytes = std::size_t{256} << 20;

}  // namespace stepwell::limits
