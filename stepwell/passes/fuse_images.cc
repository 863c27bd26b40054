#include "stepwell/passes/fuse_images.h"

#include <map>
#include <optional>
#include <set>

#include "stepwell/ops/batch_norm/channel_affine.h"
#include "stepwell/ops/conv/image_convolution.h"
#include "stepwell/ops/elementwise/binary.h"
#include "stepwell/passes/bounds.h"
#include "stepwell/passes/constant_row.h"
#include "stepwell/passes/matcher.h"
#include "stepwell/passes/prune.h"
#include "stepwell/passes/rewriter.h"

namespace stepwell::passes {
namespace {

using ops::batch_norm::ChannelAffine;
using ops::conv::ImageConvolution;
using ops::elementwise::Add;
using ops::elementwise::Multiply;

// A convolution (`first`), or a factor for each channel, and what follows it, as far as it was followed.
struct Chain {
  const ir::Node* first;
  ir::ValueId end;                           // what the last one gives
  std::optional<ir::ValueId> term = {};      // for each channel
  std::optional<ir::ValueId> residual = {};  // an image
  Bounds bounds = {};
  bool is_bounded = false;
};

ir::ValueId OtherInput(const ir::Node& node, ir::ValueId value) { return node.inputs[node.inputs[0] == value ? 1 : 0]; }

class ChainFinder {
 public:
  explicit ChainFinder(const Matcher& matcher) : matcher_(matcher) {}

  std::optional<Chain> ConvolutionFrom(const ir::Node& node) {
    if (ir::As<ImageConvolution>(*node.op) == nullptr) return std::nullopt;
    return Followed({.first = &node, .end = node.outputs[0]}, Residual::kTaken);
  }

  // A factor alone stays as it is.
  std::optional<Chain> AffineFrom(const ir::Node& node) {
    const auto factor = FactorOf(node);
    if (!factor || taken_.contains(&node)) return std::nullopt;
    const Chain chain = Followed({.first = &node, .end = node.outputs[0]}, Residual::kLeft);
    return chain.term ? std::optional(chain) : std::nullopt;
  }

  // The factor for each channel that such a node multiplies f32 data by.
  std::optional<ir::ValueId> FactorOf(const ir::Node& node) const {
    if (ir::As<Multiply>(*node.op) == nullptr) return std::nullopt;
    const TensorType& type = matcher_.graph().value(node.outputs[0]).type;
    if (type.dtype != DType::kF32 || type.shape.rank() < 2) return std::nullopt;
    for (const ir::ValueId factor : node.inputs) {
      const ir::ValueId data = OtherInput(node, factor);
      const bool is_data = !matcher_.IsConstant(data) && matcher_.ShapeOf(data) == type.shape;
      if (is_data && IsConstantRow(matcher_, factor, type.shape)) return factor;
    }
    return std::nullopt;
  }

 private:
  enum class Residual : std::uint8_t { kTaken, kLeft };

  Chain Followed(Chain chain, Residual residual) {
    const ir::Node* next = matcher_.OnlyUser(chain.end);
    while (next != nullptr && !taken_.contains(next) && Take(*next, residual, chain)) {
      taken_.insert(next);
      chain.end = next->outputs[0];
      next = matcher_.OnlyUser(chain.end);
    }
    return chain;
  }

  bool Take(const ir::Node& node, Residual residual, Chain& chain) const {
    if (TakeBounds(matcher_, node, chain.end, chain.bounds)) return chain.is_bounded = true;
    if (ir::As<Add>(*node.op) == nullptr || chain.is_bounded || chain.residual) return false;
    const ir::ValueId operand = OtherInput(node, chain.end);
    if (!chain.term && IsConstantRow(matcher_, operand, matcher_.ShapeOf(chain.end))) {
      chain.term = operand;
      return true;
    }
    const bool is_image = residual == Residual::kTaken && operand != chain.end &&
                          matcher_.ShapeOf(operand) == matcher_.ShapeOf(chain.end);
    if (is_image) chain.residual = operand;
    return is_image;
  }

  const Matcher& matcher_;
  std::set<const ir::Node*> taken_;  // by a chain; of two that meet in a sum one has the other as its residual
};

ir::ValueId AddConvolution(Rewriter& rewriter, const std::string& name, const Chain& chain) {
  ir::GraphBuilder& builder = rewriter.builder();
  const ir::Node& node = *chain.first;
  ImageConvolution op = *ir::As<ImageConvolution>(*node.op);
  op.low = chain.bounds.low;
  op.high = chain.bounds.high;
  std::vector<ir::ValueId> inputs = rewriter.Mapped(node.inputs);
  if (chain.term) inputs[2] = AddRow(builder, name + "/bias", rewriter.Mapped(*chain.term));
  if (chain.residual) inputs.push_back(rewriter.Mapped(*chain.residual));
  return builder.AddOne(name, op, std::move(inputs));
}

ir::ValueId AddAffine(Rewriter& rewriter, const std::string& name, const Chain& chain, ir::ValueId factor) {
  ir::GraphBuilder& builder = rewriter.builder();
  ChannelAffine op;
  op.low = chain.bounds.low;
  op.high = chain.bounds.high;
  const ir::ValueId x = rewriter.Mapped(OtherInput(*chain.first, factor));
  const ir::ValueId scale = AddRow(builder, name + "/scale", rewriter.Mapped(factor));
  return builder.AddOne(name, op, {x, scale, AddRow(builder, name + "/shift", rewriter.Mapped(*chain.term))});
}

}  // namespace

ir::Graph FuseImages(const ir::Graph& graph) {
  const Matcher matcher(graph);
  ChainFinder finder(matcher);
  std::map<const ir::Node*, Chain> chains;  // by the last node of each
  const auto keep = [&](const std::optional<Chain>& chain) {
    if (chain) chains.emplace(graph.producer(chain->end), *chain);
  };
  // The last convolution before a sum takes it: what it adds is there by then.
  for (auto node = graph.nodes().rbegin(); node != graph.nodes().rend(); ++node) keep(finder.ConvolutionFrom(*node));
  for (const ir::Node& node : graph.nodes()) keep(finder.AffineFrom(node));
  if (chains.empty()) return graph;
  return Prune(Rewrite(graph, [&](Rewriter& rewriter, const ir::Node& node) {
    const auto found = chains.find(&node);
    if (found == chains.end()) return rewriter.CopyNode(node);
    const Chain& chain = found->second;
    const auto factor = finder.FactorOf(*chain.first);
    rewriter.Map(chain.end,
                 factor ? AddAffine(rewriter, node.name, chain, *factor) : AddConvolution(rewriter, node.name, chain));
  }));
}

}  // namespace stepwell::passes
