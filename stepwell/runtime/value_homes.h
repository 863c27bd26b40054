#pragma once

#include <optional>
#include <vector>

#include "stepwell/passes/constant_evaluator.h"
#include "stepwell/runtime/plan.h"

namespace stepwell::runtime {

// Decides where each value of a specialised graph lies. A view lies where the value lies that it shows; a computed
// value that is an output lies with the caller, any other in the arena as long as it is used.
class ValueHomes {
 public:
  ValueHomes(const ir::Graph& graph, const passes::ConstantEvaluator& constants);

  // Whether a step must compute the node: it is neither a view nor known before the run.
  bool IsStep(const ir::Node& node) const;
  // Where the value lies. Constants have no place here: nothing.
  std::optional<Plan::Place> Find(ir::ValueId value) const { return places_[Root(value).index]; }
  // The value whose bytes it shows: itself, unless it is a view.
  ir::ValueId Root(ir::ValueId value) const { return roots_[value.index]; }
  std::size_t arena_bytes() const { return arena_bytes_; }

 private:
  void FindRoots();
  void PlaceInputs();
  void PlaceOutputs();
  void PlaceInArena();

  const ir::Graph& graph_;
  const passes::ConstantEvaluator& constants_;
  std::vector<ir::ValueId> roots_;                  // by ValueId
  std::vector<std::optional<Plan::Place>> places_;  // by ValueId, of roots
  std::size_t arena_bytes_ = 0;
};

}  // namespace stepwell::runtime
