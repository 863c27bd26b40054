#include "stepwell/passes/transpose_sinker.h"

#include <algorithm>

#include "stepwell/base/checked.h"
#include "stepwell/ops/axes.h"
#include "stepwell/ops/elementwise/binary.h"
#include "stepwell/ops/elementwise/clamp.h"
#include "stepwell/ops/elementwise/convert.h"
#include "stepwell/ops/elementwise/unary.h"
#include "stepwell/ops/layout/concat.h"
#include "stepwell/ops/layout/pad.h"
#include "stepwell/ops/layout/reshape.h"
#include "stepwell/ops/layout/shape_of.h"
#include "stepwell/ops/layout/split.h"
#include "stepwell/ops/layout/squeeze.h"
#include "stepwell/ops/layout/transpose.h"
#include "stepwell/ops/reduce/reduce.h"
#include "stepwell/ops/select/gather.h"

namespace stepwell::passes {

using ops::elementwise::AutoBroadcast;
using ops::elementwise::BinaryOpBase;
using ops::elementwise::Clamp;
using ops::elementwise::Convert;
using ops::elementwise::UnaryOpBase;
using ops::layout::Concat;
using ops::layout::Pad;
using ops::layout::Reshape;
using ops::layout::Split;
using ops::layout::Squeeze;
using ops::layout::Transpose;
using ops::layout::Unsqueeze;
using ops::layout::VariadicSplit;
using ops::reduce::ReduceOpBase;

TransposeSinker::Rule TransposeSinker::RuleFor(const ir::Op& op) {
  if (ir::As<Transpose>(op) != nullptr) return &TransposeSinker::TakeTranspose;
  const bool is_elementwise = ir::As<UnaryOpBase>(op) != nullptr || ir::As<BinaryOpBase>(op) != nullptr ||
                              ir::As<Clamp>(op) != nullptr || ir::As<Convert>(op) != nullptr;
  if (is_elementwise) return &TransposeSinker::TakeElementwise;
  if (ir::As<ReduceOpBase>(op) != nullptr) return &TransposeSinker::TakeReduction;
  if (ir::As<Pad>(op) != nullptr) return &TransposeSinker::TakePad;
  if (ir::As<Concat>(op) != nullptr) return &TransposeSinker::TakeConcat;
  if (ir::As<Split>(op) != nullptr || ir::As<VariadicSplit>(op) != nullptr) return &TransposeSinker::TakeSplit;
  if (ir::As<Squeeze>(op) != nullptr) return &TransposeSinker::TakeSqueeze;
  if (ir::As<Reshape>(op) != nullptr) return &TransposeSinker::TakeReshape;
  if (ir::As<ops::layout::ShapeOf>(op) != nullptr) return &TransposeSinker::TakeShapeOf;
  return nullptr;
}

void TransposeSinker::Take(const ir::Node& node) {
  const Rule rule = RuleFor(*node.op);
  const bool is_concerned = ir::As<Transpose>(*node.op) != nullptr ||
                            std::any_of(node.inputs.begin(), node.inputs.end(),
                                        [&](ir::ValueId input) { return ReorderedOf(input).has_value(); });
  if (rule == nullptr || !is_concerned || !(this->*rule)(node)) TakeInOwnOrder(node);
}

ir::ValueId TransposeSinker::InOwnOrder(ir::ValueId value) {
  if (const auto& reordered = ReorderedOf(value)) {
    const ir::Node& producer = *rewriter_.source().producer(value);
    const std::string suffix = ir::As<Transpose>(*producer.op) != nullptr ? "" : "/reordered";
    rewriter_.Map(value, Transposed(producer.name + suffix, reordered->value, reordered->order));
    reordered_[value.index].reset();
  }
  return rewriter_.Mapped(value);
}

void TransposeSinker::TakeInOwnOrder(const ir::Node& node) {
  for (const ir::ValueId input : node.inputs) InOwnOrder(input);
  rewriter_.CopyNode(node);
}

void TransposeSinker::Stand(ir::ValueId value, ir::ValueId stand_in, AxisOrder order) {
  if (IsIdentity(order)) return rewriter_.Map(value, stand_in);
  reordered_[value.index] = Reordered{stand_in, std::move(order)};
}

ir::ValueId TransposeSinker::Transposed(const std::string& name, ir::ValueId value, const AxisOrder& order) {
  const auto [entry, is_new] = written_.try_emplace({value, order});
  if (is_new) {
    ir::GraphBuilder& builder = rewriter_.builder();
    entry->second = builder.AddOne(name, Transpose(), {value, builder.AddInts(name + "/order", ToInts(order))});
  }
  return entry->second;
}

ir::ValueId TransposeSinker::Ints(const ir::Node& node, std::string_view suffix, std::vector<std::int64_t> values) {
  return rewriter_.builder().AddInts(node.name + std::string(suffix), std::move(values));
}

std::optional<std::vector<int>> TransposeSinker::Axes(const ir::Node& node, std::size_t input, int rank) const {
  if (!constants_.IsConstant(node.inputs[input])) return std::nullopt;
  const auto axes = constants_.Evaluate(node.inputs[input]).Ints();
  if (!axes) return std::nullopt;
  return ops::NormalizedAxes(*axes, rank);
}

bool TransposeSinker::TakeTranspose(const ir::Node& node) {
  const ir::ValueId data = node.inputs[0];
  // One of constants is computed, not moved.
  if (!constants_.IsConstant(node.inputs[1]) || constants_.IsConstant(data)) return false;
  const auto ints = constants_.Evaluate(node.inputs[1]).Ints();
  const auto order = ints ? AxisOrderOf(*ints) : std::nullopt;
  if (!order) return false;
  const auto& before = ReorderedOf(data);
  if (before && before->order.size() != order->size()) return false;
  Stand(node.outputs[0], before ? before->value : rewriter_.Mapped(data),
        before ? Composed(before->order, *order) : *order);
  return true;
}

std::optional<ir::ValueId> TransposeSinker::Operand(const ir::Node& node, ir::ValueId value, const AxisOrder& order) {
  if (const auto& reordered = ReorderedOf(value); reordered && reordered->order == order) return reordered->value;
  const Shape& shape = ShapeOf(value);
  const int rank = static_cast<int>(order.size());
  if (!shape.has_rank() || shape.rank() > rank || ReorderedOf(value)) return std::nullopt;
  const ir::ValueId own = rewriter_.Mapped(value);
  if (std::all_of(shape.dims().begin(), shape.dims().end(), [](Dim dim) { return dim == 1; })) return own;
  if (!constants_.IsConstant(value)) return std::nullopt;
  std::vector<std::int64_t> axes;
  for (int axis = 0; axis < rank - shape.rank(); ++axis) axes.push_back(axis);
  ir::ValueId full = own;
  if (!axes.empty()) {
    full = rewriter_.builder().AddOne(node.name + "/operand", Unsqueeze(), {own, Ints(node, "/operand/axes", axes)});
  }
  return Transposed(node.name + "/operand/reordered", full, Inverse(order));
}

bool TransposeSinker::TakeElementwise(const ir::Node& node) {
  const int rank = ShapeOf(node.outputs[0]).rank();
  const auto is_leading = [&](ir::ValueId input) {
    return ReorderedOf(input) && static_cast<int>(ReorderedOf(input)->order.size()) == rank;
  };
  const auto leader = std::find_if(node.inputs.begin(), node.inputs.end(), is_leading);
  if (leader == node.inputs.end()) return false;
  const AxisOrder order = ReorderedOf(*leader)->order;
  std::vector<ir::ValueId> operands;
  for (const ir::ValueId input : node.inputs) {
    const auto operand = Operand(node, input, order);
    if (!operand) return false;
    operands.push_back(*operand);
  }
  Stand(node.outputs[0], rewriter_.builder().Add(node.name, node.op, std::move(operands)).at(0), order);
  return true;
}

bool TransposeSinker::TakeReduction(const ir::Node& node) {
  const auto& data = ReorderedOf(node.inputs[0]);
  if (!data) return false;
  const AxisOrder order = data->order;
  const auto axes = Axes(node, 1, static_cast<int>(order.size()));
  if (!axes) return false;
  std::vector<std::int64_t> moved;
  std::vector<bool> gone(order.size());
  for (const int axis : *axes) {
    moved.push_back(order[AsSize(axis)]);
    gone[AsSize(order[AsSize(axis)])] = true;
  }
  std::sort(moved.begin(), moved.end());
  const ir::ValueId from = data->value;
  const auto outputs = rewriter_.builder().Add(node.name, node.op, {from, Ints(node, "/axes", moved)});
  const bool keeps_dims = ir::As<ReduceOpBase>(*node.op)->keep_dims;
  Stand(node.outputs[0], outputs.at(0), keeps_dims ? order : WithoutAxes(order, gone));
  return true;
}

bool TransposeSinker::TakePad(const ir::Node& node) {
  const auto& data = ReorderedOf(node.inputs[0]);
  if (!data || !constants_.IsConstant(node.inputs[1]) || !constants_.IsConstant(node.inputs[2])) return false;
  const AxisOrder order = data->order;
  std::vector<ir::ValueId> inputs = {data->value};
  for (const std::size_t side : {1U, 2U}) {
    const auto pads = constants_.Evaluate(node.inputs[side]).Ints();
    if (!pads || pads->size() != order.size()) return false;
    std::vector<std::int64_t> moved(order.size());
    for (std::size_t axis = 0; axis < order.size(); ++axis) moved[AsSize(order[axis])] = (*pads)[axis];
    inputs.push_back(Ints(node, side == 1 ? "/begin" : "/end", moved));
  }
  if (node.inputs.size() > 3) inputs.push_back(InOwnOrder(node.inputs[3]));
  Stand(node.outputs[0], rewriter_.builder().Add(node.name, node.op, std::move(inputs)).at(0), order);
  return true;
}

bool TransposeSinker::TakeConcat(const ir::Node& node) {
  const auto& first = ReorderedOf(node.inputs[0]);
  if (!first) return false;
  const AxisOrder order = first->order;
  std::vector<ir::ValueId> parts;
  for (const ir::ValueId input : node.inputs) {
    const auto& part = ReorderedOf(input);
    if (!part || part->order != order) return false;
    parts.push_back(part->value);
  }
  const int axis = NormalizedAxis(ir::As<Concat>(*node.op)->axis, static_cast<int>(order.size()));
  Stand(node.outputs[0], rewriter_.builder().AddOne(node.name, Concat(order[AsSize(axis)]), std::move(parts)), order);
  return true;
}

bool TransposeSinker::TakeSplit(const ir::Node& node) {
  const auto& data = ReorderedOf(node.inputs[0]);
  if (!data) return false;
  const AxisOrder order = data->order;
  const auto axes = Axes(node, 1, static_cast<int>(order.size()));
  if (!axes || axes->size() != 1) return false;
  std::vector<ir::ValueId> inputs = {data->value,
                                     rewriter_.builder().AddInt(node.name + "/axis", order[AsSize((*axes)[0])])};
  for (std::size_t i = 2; i < node.inputs.size(); ++i) inputs.push_back(InOwnOrder(node.inputs[i]));
  const auto outputs = rewriter_.builder().Add(node.name, node.op, std::move(inputs));
  for (std::size_t port = 0; port < outputs.size(); ++port) Stand(node.outputs[port], outputs[port], order);
  return true;
}

bool TransposeSinker::TakeSqueeze(const ir::Node& node) {
  if (node.inputs.size() == 1) return TakeReshape(node);
  const auto& data = ReorderedOf(node.inputs[0]);
  if (!data) return false;
  const AxisOrder order = data->order;
  const auto axes = Axes(node, 1, static_cast<int>(order.size()));
  if (!axes || axes->empty()) return false;
  std::vector<std::int64_t> moved;
  std::vector<bool> gone(order.size());
  for (const int axis : *axes) {
    moved.push_back(order[AsSize(axis)]);
    gone[AsSize(order[AsSize(axis)])] = true;
  }
  std::sort(moved.begin(), moved.end());
  const ir::ValueId from = data->value;
  const auto outputs = rewriter_.builder().Add(node.name, node.op, {from, Ints(node, "/axes", moved)});
  Stand(node.outputs[0], outputs.at(0), WithoutAxes(order, gone));
  return true;
}

// Whatever only gives other extents to the same elements does not see axes of extent 1 move.
bool TransposeSinker::TakeReshape(const ir::Node& node) {
  const auto& data = ReorderedOf(node.inputs[0]);
  const auto* reshape = ir::As<Reshape>(*node.op);
  if (!data || (reshape != nullptr && reshape->special_zero)) return false;
  const ir::ValueId from = data->value;
  if (!MovesOnlyUnits(data->order, rewriter_.builder().type(from).shape)) return false;
  std::vector<ir::ValueId> inputs = {from};
  for (std::size_t i = 1; i < node.inputs.size(); ++i) inputs.push_back(InOwnOrder(node.inputs[i]));
  rewriter_.Map(node.outputs[0], rewriter_.builder().Add(node.name, node.op, std::move(inputs)).at(0));
  return true;
}

bool TransposeSinker::TakeShapeOf(const ir::Node& node) {
  const auto& data = ReorderedOf(node.inputs[0]);
  const std::vector<std::int64_t> order = ToInts(data->order);
  const ir::ValueId extents = rewriter_.builder().Add(node.name + "/unordered", node.op, {data->value}).at(0);
  const ir::ValueId axis = rewriter_.builder().AddInt(node.name + "/axis", 0);
  rewriter_.Map(node.outputs[0], rewriter_.builder().AddOne(node.name, ops::select::Gather(),
                                                            {extents, Ints(node, "/order", order), axis}));
  return true;
}

}  // namespace stepwell::passes
