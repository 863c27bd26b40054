#pragma once

#include <cstddef>
#include <cstdint>

#include "stepwell/ir/graph.h"
#include "stepwell/passes/rewriter.h"

namespace stepwell::passes {

// Which constants folding may make.
struct FoldOptions {
  // Results of up to this size are always folded.
  std::size_t small_bytes = 64 * 1024;
  // What becomes of larger ones: constants that are computed when they are read, unless they are larger than what they
  // are computed from (a Broadcast, a Range); or nodes that are left to be computed when a plan is made.
  enum class Large : std::uint8_t { kUnlessGrown, kKeep } large = Large::kUnlessGrown;
};

// Replaces what is known before the first run by constants: nodes whose inputs are all constants, shapes and the
// integers computed from them; and leaves out nodes that give their input back (a Reshape to the same shape, a
// Transpose in the given order, a Convert to the same type, a Concat of one). Nothing unreachable remains. The bodies
// of loops are folded, too, where large constants are always computed when they are read.
ir::Graph Fold(const ir::Graph& graph, const FoldOptions& options = {});

// The same for one node of a rewriting pass: maps its outputs to what it folds to, or copies it.
void FoldOrCopy(Rewriter& rewriter, const ir::Node& node, const FoldOptions& options);

}  // namespace stepwell::passes
