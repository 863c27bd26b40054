#include "stepwell/passes/fold_dilations.h"

#include <algorithm>
#include <map>
#include <optional>
#include <vector>

#include "stepwell/base/checked.h"
#include "stepwell/ops/layout/transpose.h"
#include "stepwell/ops/space/space.h"
#include "stepwell/passes/axis_order.h"
#include "stepwell/passes/convolution_window.h"
#include "stepwell/passes/matcher.h"
#include "stepwell/passes/prune.h"
#include "stepwell/passes/rewriter.h"

namespace stepwell::passes {
namespace {

using ops::conv::AutoPad;
using ops::conv::Window;
using ops::layout::Transpose;
using ops::space::BatchToSpace;
using ops::space::SpaceToBatch;
using Ints = std::vector<std::int64_t>;

struct Dilation {
  const ir::Node* to_batch;
  const ir::Node* before;  // the Transpose between it and the convolution; null where there is none
  const ir::Node* convolution;
  const ir::Node* after;  // the Transpose behind; null where there is none
  const ir::Node* to_space;
  Window window;  // dilated
};

std::optional<Ints> IntsOf(const Matcher& matcher, ir::ValueId value) {
  const ir::ConstantData* constant = matcher.graph().constant(value);
  return constant == nullptr ? std::nullopt : constant->Ints();
}

bool AreOnes(const Ints& values) {
  return std::all_of(values.begin(), values.end(), [](std::int64_t value) { return value == 1; });
}

// Follows the nodes from the convolution to both ends.
std::optional<Dilation> FindEnds(const Matcher& matcher, const ir::Node& node) {
  Dilation found{.to_batch = nullptr,
                 .before = nullptr,
                 .convolution = &node,
                 .after = nullptr,
                 .to_space = nullptr,
                 .window = {}};
  ir::ValueId from = node.inputs[0];
  found.before = matcher.Producer<Transpose>(from);
  if (found.before != nullptr) from = found.before->inputs[0];
  found.to_batch = matcher.Producer<SpaceToBatch>(from);
  const ir::Node* next = matcher.OnlyUser(node.outputs[0]);
  if (next != nullptr && ir::As<Transpose>(*next->op) != nullptr) {
    found.after = next;
    next = matcher.OnlyUser(next->outputs[0]);
  }
  if (next != nullptr && ir::As<BatchToSpace>(*next->op) != nullptr) found.to_space = next;
  if (found.to_batch == nullptr || found.to_space == nullptr) return std::nullopt;
  return found;
}

// The order in which the convolution sees the axes of the space.
std::optional<AxisOrder> OrderBefore(const Matcher& matcher, const Dilation& found, int rank) {
  const auto ints = found.before == nullptr ? std::nullopt : IntsOf(matcher, found.before->inputs[1]);
  if (ints) return AxisOrderOf(*ints);
  AxisOrder order;
  for (int axis = 0; axis < rank; ++axis) order.push_back(axis);
  return found.before == nullptr ? std::optional(order) : std::nullopt;
}

// What input `input` of both ends says of the spatial axes: added by the one, taken away by the other.
std::optional<Ints> Pads(const Matcher& matcher, const Dilation& found, std::size_t input, const AxisOrder& order) {
  const auto added = IntsOf(matcher, found.to_batch->inputs[input]);
  const auto cropped = IntsOf(matcher, found.to_space->inputs[input]);
  if (!added || !cropped || added->size() != order.size() || cropped->size() != order.size()) return std::nullopt;
  Ints pads;
  for (std::size_t i = 2; i < order.size(); ++i) {
    const std::size_t axis = AsSize(order[i]);
    pads.push_back((*added)[axis] - (*cropped)[axis]);
    if (pads.back() < 0) return std::nullopt;
  }
  return pads;
}

bool IsPlain(const Window& window) {
  return window.auto_pad == AutoPad::kValid && AreOnes(window.strides) && AreOnes(window.dilations);
}

std::optional<Dilation> Match(const Matcher& matcher, const ir::Node& node) {
  const Window* window = ConvolutionWindow(*node.op);
  if (window == nullptr || !IsPlain(*window)) return std::nullopt;
  auto found = FindEnds(matcher, node);
  if (!found) return std::nullopt;
  const auto block = IntsOf(matcher, found->to_batch->inputs[1]);
  if (!block || block != IntsOf(matcher, found->to_space->inputs[1])) return std::nullopt;
  const auto order = OrderBefore(matcher, *found, static_cast<int>(block->size()));
  if (!order || order->size() != block->size() || (*block)[AsSize((*order)[1])] != 1) return std::nullopt;
  const auto begin = Pads(matcher, *found, 2, *order), end = Pads(matcher, *found, 3, *order);
  if (!begin || !end) return std::nullopt;
  found->window = {.strides = window->strides, .pads_begin = *begin, .pads_end = *end};
  for (std::size_t i = 2; i < order->size(); ++i) found->window.dilations.push_back((*block)[AsSize((*order)[i])]);
  return found;
}

void AddDilated(Rewriter& rewriter, const Dilation& found) {
  ir::GraphBuilder& builder = rewriter.builder();
  const auto reordered = [&](const ir::Node* transpose, ir::ValueId value) {
    if (transpose == nullptr) return value;
    return builder.Add(transpose->name, transpose->op, {value, rewriter.Mapped(transpose->inputs[1])}).at(0);
  };
  const ir::ValueId x = reordered(found.before, rewriter.Mapped(found.to_batch->inputs[0]));
  const ir::Node& node = *found.convolution;
  const auto y = builder.Add(node.name, WithWindow(*node.op, found.window), {x, rewriter.Mapped(node.inputs[1])}).at(0);
  rewriter.Map(found.to_space->outputs[0], reordered(found.after, y));
}

}  // namespace

ir::Graph FoldDilations(const ir::Graph& graph) {
  const Matcher matcher(graph);
  std::map<const ir::Node*, Dilation> dilations;  // by the last node of each
  for (const ir::Node& node : graph.nodes()) {
    if (const auto found = Match(matcher, node)) dilations.emplace(found->to_space, *found);
  }
  if (dilations.empty()) return graph;
  return Prune(Rewrite(graph, [&](Rewriter& rewriter, const ir::Node& node) {
    const auto found = dilations.find(&node);
    if (found == dilations.end()) return rewriter.CopyNode(node);
    AddDilated(rewriter, found->second);
  }));
}

}  // namespace stepwell::passes
