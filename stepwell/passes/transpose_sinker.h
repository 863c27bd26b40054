#pragma once

#include <map>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "stepwell/passes/axis_order.h"
#include "stepwell/passes/constant_evaluator.h"
#include "stepwell/passes/rewriter.h"

namespace stepwell::passes {

// The state of SinkTransposes: which values of the source stand ready in another order of axes. A value is written out
// in its own order only when somebody asks for it.
class TransposeSinker {
 public:
  // A value of the new graph; the source's value is it with its axes reordered.
  struct Reordered {
    ir::ValueId value;
    AxisOrder order;
  };

  explicit TransposeSinker(Rewriter& rewriter) : rewriter_(rewriter), constants_(rewriter.source()) {
    reordered_.resize(rewriter.source().num_values());
  }

  // Takes over a node: in another order of axes where it can be, else as it is.
  void Take(const ir::Node& node);
  // The source's value in its own order.
  ir::ValueId InOwnOrder(ir::ValueId value);

 private:
  using Rule = bool (TransposeSinker::*)(const ir::Node& node);
  // The rule for nodes that work in any order; null for others.
  static Rule RuleFor(const ir::Op& op);

  // Each takes the node over and says so, or leaves it.
  bool TakeTranspose(const ir::Node& node);
  bool TakeElementwise(const ir::Node& node);
  bool TakeReduction(const ir::Node& node);
  bool TakePad(const ir::Node& node);
  bool TakeConcat(const ir::Node& node);
  bool TakeSplit(const ir::Node& node);
  bool TakeSqueeze(const ir::Node& node);
  bool TakeReshape(const ir::Node& node);
  bool TakeShapeOf(const ir::Node& node);
  void TakeInOwnOrder(const ir::Node& node);

  const std::optional<Reordered>& ReorderedOf(ir::ValueId value) const { return reordered_[value.index]; }
  // Says what the source's value is from now on.
  void Stand(ir::ValueId value, ir::ValueId stand_in, AxisOrder order);
  ir::ValueId Transposed(const std::string& name, ir::ValueId value, const AxisOrder& order);
  // An operand of an elementwise node whose result is wanted in `order`; nothing where it would have to be moved.
  std::optional<ir::ValueId> Operand(const ir::Node& node, ir::ValueId value, const AxisOrder& order);
  // The axes that an input names, counted from the front; nothing unless they are constants.
  std::optional<std::vector<int>> Axes(const ir::Node& node, std::size_t input, int rank) const;
  ir::ValueId Ints(const ir::Node& node, std::string_view suffix, std::vector<std::int64_t> values);
  const Shape& ShapeOf(ir::ValueId value) const { return rewriter_.source().value(value).type.shape; }

  Rewriter& rewriter_;
  ConstantEvaluator constants_;
  std::vector<std::optional<Reordered>> reordered_;                   // by the source's ValueId
  std::map<std::pair<ir::ValueId, AxisOrder>, ir::ValueId> written_;  // Transposes that exist already
};

}  // namespace stepwell::passes
