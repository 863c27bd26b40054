#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "stepwell/ir/graph.h"

namespace stepwell::passes {

// Remembers the identities of constants that were computed from others, so that the same computation gives the same
// identity in every plan of a model, and weights packed for one plan are found again for the next. Thread safe.
class DerivedIdentities {
 public:
  // The identity first given to `computation`: `fresh`, if this is the first time.
  std::uint64_t IdentityOf(const std::string& computation, std::uint64_t fresh);

 private:
  std::mutex mutex_;
  std::map<std::string, std::uint64_t> identities_;
};

// Computes, on demand, what a graph derives from its constants alone: weights stored in 16 bits, in shards, or in
// another order than kernels want them, which would need memory twice if they were folded all at once. Not thread safe;
// the graph must outlive it.
class ConstantEvaluator {
 public:
  // `identities` may be null: results then have fresh ones.
  explicit ConstantEvaluator(const ir::Graph& graph, DerivedIdentities* identities = nullptr);

  // Whether the value depends on constants alone and has a static shape.
  bool IsConstant(ir::ValueId value) const { return is_constant_[value.index]; }
  // The value, which must be constant. What is computed on the way is not kept; a large value is computed only when it
  // is read.
  ir::ConstantData Evaluate(ir::ValueId value) const;

 private:
  using Known = std::map<ir::ValueId, ir::ConstantData>;

  void Compute(const ir::Node& node, Known& known) const;
  void Identify(const ir::Node& node, const Known& known, std::span<ir::ConstantData> outputs) const;

  const ir::Graph& graph_;
  DerivedIdentities* identities_;
  std::vector<bool> is_constant_;  // by ValueId
};

}  // namespace stepwell::passes
