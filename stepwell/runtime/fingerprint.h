#pragma once

#include <cstdint>

#include "stepwell/base/packed_blocks.h"
#include "stepwell/ir/graph.h"

namespace stepwell::runtime {

// Identifies a model in snapshots of its state: equal for equal graphs in any process, different where structure, names
// of inputs, outputs and states, or weights differ. Of a constant of more than 64 KiB, 256 pieces of 256 bytes spread
// evenly over it (first and last included) are read, so that it takes milliseconds for gigabytes of weights: a
// retrained model differs in nearly all of its numbers. FNV-1a over 64-bit words, with a final mix.
std::uint64_t Fingerprint(const ir::Graph& graph);

// The same where the pieces that are read of a large constant may be known: `pieces` gives what `fill` gives as a block
// of so many bytes.
using KnownPieces = FunctionRef<SharedBytes(const ir::ConstantData&, std::size_t bytes, PackedBlocks::Fill fill)>;
std::uint64_t Fingerprint(const ir::Graph& graph, KnownPieces pieces);

}  // namespace stepwell::runtime
