#include "stepwell/passes/fold_into_convolutions.h"

#include <algorithm>
#include <map>

#include "stepwell/ops/conv/group_convolution.h"
#include "stepwell/ops/elementwise/binary.h"
#include "stepwell/ops/layout/reshape.h"
#include "stepwell/passes/channel_affine.h"
#include "stepwell/passes/convolution_window.h"
#include "stepwell/passes/explicit_padding.h"
#include "stepwell/passes/prune.h"
#include "stepwell/passes/rewriter.h"

namespace stepwell::passes {
namespace {

using ops::conv::GroupConvolution;
using ops::elementwise::Add;
using ops::elementwise::Multiply;
using ops::layout::Reshape;

constexpr int kChannelAxis = 1;

ir::Graph FoldPads(const ir::Graph& graph) {
  const Matcher matcher(graph);
  return Prune(Rewrite(graph, [&](Rewriter& rewriter, const ir::Node& node) {
    const ops::conv::Window* window = ConvolutionWindow(*node.op);
    const auto padding = window == nullptr ? std::nullopt : FindExplicitPadding(matcher, node, *window);
    if (!padding) return rewriter.CopyNode(node);
    ir::GraphBuilder& builder = rewriter.builder();
    ir::ValueId data = rewriter.Mapped(padding->data);
    if (const ir::Node* transpose = padding->transpose) {
      data = builder.Add(transpose->name, transpose->op, {data, rewriter.Mapped(transpose->inputs[1])}).at(0);
    }
    const auto outputs =
        builder.Add(node.name, WithWindow(*node.op, padding->window), {data, rewriter.Mapped(node.inputs[1])});
    rewriter.Map(node.outputs[0], outputs.at(0));
  }));
}

// A convolution and the steps behind it that it takes over.
struct Absorbed {
  const ir::Node* convolution;
  ChannelSteps behind;
};

std::optional<Absorbed> MatchAbsorbed(const Matcher& matcher, const ir::Node& node) {
  if (ConvolutionWindow(*node.op) == nullptr || !matcher.IsConstant(node.inputs[1])) return std::nullopt;
  if (matcher.ShapeOf(node.outputs[0]).rank() < 3) return std::nullopt;
  Absorbed absorbed{&node, FollowChannelSteps(matcher, node.outputs[0], kChannelAxis)};
  const auto& steps = absorbed.behind.steps;
  const bool is_one_term = steps.size() == 1 && steps[0].kind == ChannelStep::Kind::kTerm;
  if (steps.empty() || is_one_term) return std::nullopt;
  return absorbed;
}

// Builds the convolution with its factor and its term in place of the last step.
class Absorber {
 public:
  Absorber(Rewriter& rewriter, const Absorbed& absorbed) : rewriter_(rewriter), absorbed_(absorbed) {}

  void Run(const ir::Node& last) {
    for (const ChannelStep& step : absorbed_.behind.steps) {
      const ir::ValueId operand = rewriter_.Mapped(step.operand);
      if (step.kind == ChannelStep::Kind::kTerm) {
        term_ = term_ ? Added<Add>("/shift", *term_, operand) : operand;
      } else {
        factor_ = factor_ ? Added<Multiply>("/scale", *factor_, operand) : operand;
        if (term_) term_ = Added<Multiply>("/shift", *term_, operand);
      }
    }
    const ir::Node& node = *absorbed_.convolution;
    const auto outputs = builder().Add(node.name, node.op, {rewriter_.Mapped(node.inputs[0]), Weights()});
    rewriter_.Map(absorbed_.behind.end,
                  term_ ? builder().AddOne(last.name, Add(), {outputs.at(0), *term_}) : outputs.at(0));
  }

 private:
  ir::GraphBuilder& builder() { return rewriter_.builder(); }

  template <class Op>
  ir::ValueId Added(std::string_view suffix, ir::ValueId a, ir::ValueId b) {
    return builder().AddOne(absorbed_.convolution->name + std::string(suffix), Op(), {a, b});
  }

  // The factors lie along the outputs of the weights: their first axis, or their first two where there are groups.
  ir::ValueId Weights() {
    const ir::ValueId weights = rewriter_.Mapped(absorbed_.convolution->inputs[1]);
    if (!factor_) return weights;
    const Shape& shape = builder().type(weights).shape;
    const int output_axes = ir::As<GroupConvolution>(*absorbed_.convolution->op) != nullptr ? 2 : 1;
    std::vector<std::int64_t> along(AsSize(shape.rank()), 1);
    if (builder().type(*factor_).shape.num_elements() != 1) {
      for (int axis = 0; axis < output_axes; ++axis) along[AsSize(axis)] = shape[axis];
    }
    const std::string name = absorbed_.convolution->name + "/scale_of_weights";
    const ir::ValueId factor =
        builder().AddOne(name, Reshape{}, {*factor_, builder().AddInts(name + "/shape", std::move(along))});
    return Added<Multiply>("/scaled_weights", weights, factor);
  }

  Rewriter& rewriter_;
  const Absorbed& absorbed_;
  std::optional<ir::ValueId> factor_;
  std::optional<ir::ValueId> term_;
};

ir::Graph AbsorbSteps(const ir::Graph& graph) {
  const Matcher matcher(graph);
  std::map<const ir::Node*, Absorbed> absorbed;  // by the last node of each
  for (const ir::Node& node : graph.nodes()) {
    if (const auto found = MatchAbsorbed(matcher, node)) {
      absorbed.emplace(graph.producer(found->behind.end), *found);
    }
  }
  return Prune(Rewrite(graph, [&](Rewriter& rewriter, const ir::Node& node) {
    const auto found = absorbed.find(&node);
    if (found == absorbed.end()) return rewriter.CopyNode(node);
    Absorber(rewriter, found->second).Run(node);
  }));
}

}  // namespace

ir::Graph FoldIntoConvolutions(const ir::Graph& graph) { return AbsorbSteps(FoldPads(graph)); }

}  // namespace stepwell::passes
