#pragma once

#include <cstdint>

#include "stepwell/ir/graph.h"

namespace stepwell::runtime {

// Identifies a model in snapshots of its state: equal for equal graphs in any process, different where structure, names
// of inputs, outputs and states, or weights differ. Of a constant of more than 64 KiB, 256 pieces of 256 bytes spread
// evenly over it (first and last included) are read, so that it takes milliseconds for gigabytes of weights: a
// retrained model differs in nearly all of its numbers. FNV-1a over 64-bit words, with a final mix.
std::uint64_t Fingerprint(const ir::Graph& graph);

}  // namespace stepwell::runtime
