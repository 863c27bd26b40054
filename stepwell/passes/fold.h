#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

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
// of loops are folded, too, where large constants are always computed when they are read. What would make more of the
// graph's constants than Folder allows is left to be computed, or refused, when a plan is made.
ir::Graph Fold(const ir::Graph& graph, const FoldOptions& options = {});

// The same node by node, for one rewriting pass. All results of up to `small_bytes` may take 256 MiB and eight times
// what `source` stores, together, and so may all larger ones, those of earlier passes included: a file of a few
// kilobytes must not become one that fills a disk.
class Folder {
 public:
  Folder(const ir::Graph& source, const FoldOptions& options);

  // Maps the node's outputs to what it folds to, or copies it.
  void FoldOrCopy(Rewriter& rewriter, const ir::Node& node);

 private:
  using Constants = std::vector<ir::ConstantData>;

  // What the node's outputs are known to be; nothing when they depend on data.
  std::optional<Constants> Folded(const ir::GraphBuilder& builder, const ir::Node& node,
                                  std::span<const ir::ValueId> inputs);
  std::optional<Constants> Computed(const ir::Node& node, const Constants& inputs, std::span<const TensorType> types);
  bool MayFold(const Constants& inputs, std::span<const TensorType> types) const;
  // Whether so many bytes of results are still allowed, which they then are no more.
  bool Take(std::size_t bytes);

  FoldOptions options_;
  std::size_t small_left_;  // bytes
  std::size_t large_left_;
};

}  // namespace stepwell::passes
