#include "stepwell/passes/use_image_layout.h"

#include <algorithm>

#include "stepwell/ops/conv/image_convolution.h"
#include "stepwell/ops/layout/transpose.h"
#include "stepwell/ops/pool/pool.h"
#include "stepwell/passes/convolution_window.h"
#include "stepwell/passes/matcher.h"
#include "stepwell/passes/prune.h"
#include "stepwell/passes/rewriter.h"
#include "stepwell/passes/sink_transposes.h"

namespace stepwell::passes {
namespace {

using ops::conv::ImageConvolution;
using ops::conv::Window;
using ops::pool::AvgPool;
using ops::pool::ImagePool;
using ops::pool::MaxPool;

bool IsImage(const TensorType& type) {
  return type.dtype == DType::kF32 && type.shape.rank() == 4 && type.shape.is_static() && type.shape.num_elements() > 0;
}

// The window of a convolution that may change its layout; null for other nodes.
const Window* WindowToMove(const Matcher& matcher, const ir::Node& node) {
  const Window* window = ConvolutionWindow(*node.op);
  if (window == nullptr || !matcher.IsConstant(node.inputs[1]) || matcher.IsConstant(node.inputs[0])) return nullptr;
  const Shape& x = matcher.ShapeOf(node.inputs[0]);
  const Shape& weights = matcher.ShapeOf(node.inputs[1]);
  // An image of one channel under kernels as wide as it is has a kernel of its own.
  const bool is_strip = x.rank() == 4 && x[1] == 1 && weights.rank() == 4 && weights[3] == x[3];
  return is_strip ? nullptr : window;
}

std::optional<ImagePool> ImagePoolFor(const Matcher& matcher, const ir::Node& node) {
  ImagePool pool;
  if (const auto* max = ir::As<MaxPool>(*node.op)) {
    if (max->has_indices() && matcher.NumUses(node.outputs[1]) > 0) return std::nullopt;
    pool.pool = max->pool;
    return pool;
  }
  const auto* mean = ir::As<AvgPool>(*node.op);
  if (mean == nullptr) return std::nullopt;
  pool.pool = mean->pool;
  pool.function = mean->exclude_pad ? ImagePool::Function::kMean : ImagePool::Function::kMeanWithPads;
  return pool;
}

class Lowering {
 public:
  explicit Lowering(const ir::Graph& graph) : graph_(graph), matcher_(graph) {}

  bool Concerns(const ir::Node& node) const {
    if (node.inputs.empty() || !IsImage(graph_.value(node.inputs[0]).type)) return false;
    if (!IsImage(graph_.value(node.outputs[0]).type)) return false;
    return WindowToMove(matcher_, node) != nullptr || ImagePoolFor(matcher_, node).has_value();
  }

  ir::Graph Run() const {
    return Prune(Rewrite(graph_, [&](Rewriter& rewriter, const ir::Node& node) {
      if (!Concerns(node)) return rewriter.CopyNode(node);
      const ir::ValueId x = Transposed(rewriter, node.name + "/image", rewriter.Mapped(node.inputs[0]), {0, 2, 3, 1});
      const ir::ValueId y = Lowered(rewriter, node, x);
      rewriter.Map(node.outputs[0], Transposed(rewriter, node.name + "/channels_first", y, {0, 3, 1, 2}));
      // Nothing reads indices, but a value has to stand for them.
      for (std::size_t port = 1; port < node.outputs.size(); ++port) rewriter.Map(node.outputs[port], y);
    }));
  }

 private:
  ir::ValueId Lowered(Rewriter& rewriter, const ir::Node& node, ir::ValueId x) const {
    ir::GraphBuilder& builder = rewriter.builder();
    if (const auto pool = ImagePoolFor(matcher_, node)) return builder.AddOne(node.name, *pool, {x});
    ImageConvolution convolution;
    convolution.window = *WindowToMove(matcher_, node);
    const Tensor zeros({DType::kF32, Shape{matcher_.ShapeOf(node.outputs[0])[1]}});
    const ir::ValueId bias = builder.AddConstant(node.name + "/bias", ir::ConstantData::Of(zeros.Clone()));
    return builder.AddOne(node.name, convolution, {x, rewriter.Mapped(node.inputs[1]), bias});
  }

  static ir::ValueId Transposed(Rewriter& rewriter, const std::string& name, ir::ValueId value,
                                std::vector<std::int64_t> order) {
    ir::GraphBuilder& builder = rewriter.builder();
    return builder.AddOne(name, ops::layout::Transpose(), {value, builder.AddInts(name + "/order", std::move(order))});
  }

  const ir::Graph& graph_;
  const Matcher matcher_;
};

}  // namespace

ir::Graph UseImageLayout(const ir::Graph& graph) {
  const Lowering lowering(graph);
  const auto concerns = [&](const ir::Node& node) { return lowering.Concerns(node); };
  if (std::none_of(graph.nodes().begin(), graph.nodes().end(), concerns)) return graph;
  return SinkTransposes(lowering.Run());
}

}  // namespace stepwell::passes
