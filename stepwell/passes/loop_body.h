#pragma once

#include <cstdint>
#include <optional>

#include "stepwell/ir/subgraph.h"
#include "stepwell/passes/matcher.h"

namespace stepwell::passes {

// Questions about a loop and its body. Values are the body's unless said otherwise. All that it is given must outlive
// it.
class LoopBody {
 public:
  // `body`: that of the node, with the types that the node's inputs give it. `outer` is the matcher of the node's
  // graph.
  LoopBody(const Matcher& outer, const ir::Node& node, const ir::SubgraphOp& op, const ir::Graph& body)
      : outer_(outer), node_(node), op_(op), matcher_(body) {}

  const Matcher& matcher() const { return matcher_; }
  const ir::SubgraphOp& op() const { return op_; }

  // The body input whose bytes the value shows.
  std::optional<std::int64_t> InputBehind(ir::ValueId value) const;
  // The map of that input; null when it is no input that the node fills.
  const ir::SubgraphOp::InputMap* MapBehind(ir::ValueId value) const;
  // What the next iteration takes where this one takes `input`, both seen through views; nothing where that is given
  // from outside.
  std::optional<ir::ValueId> NextOf(ir::ValueId input) const;
  ir::ValueId OutputBehind(std::int64_t output) const { return matcher_.BehindViews(Output(output)); }
  const Shape& OutputShape(std::int64_t output) const { return matcher_.ShapeOf(Output(output)); }

  // The number that a value holds at the first iteration where it grows by 1 at each: 0 for a Loop's own.
  std::optional<std::int64_t> CounterStart(ir::ValueId value) const;
  // The node's input that the value shows at every iteration; nothing when it changes.
  std::optional<std::size_t> UnchangingInput(ir::ValueId value) const;

 private:
  // The node's constant input that the value is, too.
  std::optional<std::size_t> ConstantInput(ir::ValueId value) const;
  ir::ValueId Output(std::int64_t output) const { return matcher_.graph().outputs()[AsSize(output)].value; }

  const Matcher& outer_;
  const ir::Node& node_;
  const ir::SubgraphOp& op_;
  Matcher matcher_;
};

}  // namespace stepwell::passes
