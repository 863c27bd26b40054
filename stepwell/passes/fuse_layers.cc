#include "stepwell/passes/fuse_layers.h"

#include <algorithm>
#include <map>
#include <set>

#include "stepwell/ops/activation/gelu.h"
#include "stepwell/ops/elementwise/binary.h"
#include "stepwell/ops/elementwise/unary.h"
#include "stepwell/ops/matmul/fully_connected.h"
#include "stepwell/ops/matmul/matmul.h"
#include "stepwell/passes/bounds.h"
#include "stepwell/passes/constant_row.h"
#include "stepwell/passes/matcher.h"
#include "stepwell/passes/prune.h"
#include "stepwell/passes/rewriter.h"

namespace stepwell::passes {
namespace {

using ops::activation::Gelu;
using ops::elementwise::Add;
using ops::elementwise::Sigmoid;
using ops::elementwise::Tanh;
using ops::matmul::FullyConnected;
using ops::matmul::MatMul;

// A product and what follows it, as far as it was followed.
struct Layer {
  FullyConnected op;
  ir::ValueId x;
  ir::ValueId weights;
  std::optional<ir::ValueId> bias;
  std::optional<ir::ValueId> addend;
  ir::ValueId end;  // what the layer gives

  bool is_activated() const { return is_bounded() || op.activation != FullyConnected::Activation::kNone; }
  bool is_bounded() const { return op.low != FullyConnected{}.low || op.high != FullyConnected{}.high; }
};

std::optional<Layer> MatchProduct(const Matcher& matcher, const ir::Node& node) {
  const auto* matmul = ir::As<MatMul>(*node.op);
  if (matmul == nullptr || matmul->transpose_a || !matcher.IsConstant(node.inputs[1])) return std::nullopt;
  const bool is_layer = matcher.ShapeOf(node.inputs[0]).rank() >= 2 && matcher.ShapeOf(node.inputs[1]).rank() == 2 &&
                        matcher.graph().value(node.outputs[0]).type.dtype == DType::kF32;
  if (!is_layer || matcher.IsConstant(node.inputs[0])) return std::nullopt;
  Layer layer;
  layer.op.transpose_b = matmul->transpose_b;
  layer.x = node.inputs[0];
  layer.weights = node.inputs[1];
  layer.end = node.outputs[0];
  return layer;
}

std::optional<ir::ValueId> OtherInput(const ir::Node& node, ir::ValueId value) {
  if (node.inputs.size() != 2) return std::nullopt;
  return node.inputs[0] == value ? node.inputs[1] : node.inputs[0];
}

bool TakeBias(const Matcher& matcher, const ir::Node& node, Layer& layer) {
  if (ir::As<Add>(*node.op) == nullptr) return false;
  const ir::ValueId bias = *OtherInput(node, layer.end);
  if (!IsConstantRow(matcher, bias, matcher.ShapeOf(layer.end)) || layer.bias || layer.is_activated()) return false;
  layer.bias = bias;
  return true;
}

bool TakeAddend(const Matcher& matcher, const ir::Node& node, Layer& layer) {
  if (ir::As<Add>(*node.op) == nullptr || !layer.bias || layer.addend || layer.is_activated()) return false;
  const ir::ValueId addend = *OtherInput(node, layer.end);
  if (matcher.ShapeOf(addend) != matcher.ShapeOf(layer.end)) return false;
  layer.addend = addend;
  return true;
}

bool TakeActivation(const Matcher&, const ir::Node& node, Layer& layer) {
  if (layer.is_activated()) return false;
  if (const auto* gelu = ir::As<Gelu>(*node.op)) {
    const bool by_erf = gelu->form == Gelu::Form::kErf;
    layer.op.activation = by_erf ? FullyConnected::Activation::kGeluErf : FullyConnected::Activation::kGeluTanh;
  } else if (ir::As<Sigmoid>(*node.op) != nullptr) {
    layer.op.activation = FullyConnected::Activation::kSigmoid;
  } else if (ir::As<Tanh>(*node.op) != nullptr) {
    layer.op.activation = FullyConnected::Activation::kTanh;
  } else {
    return false;
  }
  return true;
}

bool TakeLayerBounds(const Matcher& matcher, const ir::Node& node, Layer& layer) {
  Bounds bounds{layer.op.low, layer.op.high};
  if (!TakeBounds(matcher, node, layer.end, bounds)) return false;
  layer.op.low = bounds.low;
  layer.op.high = bounds.high;
  return true;
}

// What may follow a product, in the order of trying.
constexpr std::array kFollowers = {TakeBias, TakeAddend, TakeActivation, TakeLayerBounds};

// Does not go on to a sum that another layer has taken: that one has this one as its addend.
Layer Followed(const Matcher& matcher, std::set<const ir::Node*>& taken, Layer layer) {
  const ir::Node* next = matcher.OnlyUser(layer.end);
  while (next != nullptr && !taken.contains(next) &&
         std::any_of(kFollowers.begin(), kFollowers.end(),
                     [&](const auto& take) { return take(matcher, *next, layer); })) {
    taken.insert(next);
    layer.end = next->outputs[0];
    next = matcher.OnlyUser(layer.end);
  }
  return layer;
}

void AddLayer(Rewriter& rewriter, const ir::Node& last, const Layer& layer) {
  ir::GraphBuilder& builder = rewriter.builder();
  std::vector<ir::ValueId> inputs = {rewriter.Mapped(layer.x), rewriter.Mapped(layer.weights)};
  if (layer.bias) inputs.push_back(AddRow(builder, last.name + "/bias", rewriter.Mapped(*layer.bias)));
  if (layer.addend) inputs.push_back(rewriter.Mapped(*layer.addend));
  rewriter.Map(layer.end, builder.AddOne(last.name, layer.op, std::move(inputs)));
}

}  // namespace

ir::Graph FuseLayers(const ir::Graph& graph) {
  const Matcher matcher(graph);
  std::map<const ir::Node*, Layer> layers;  // by the last node of each
  std::set<const ir::Node*> taken;
  for (const ir::Node& node : graph.nodes()) {
    const auto product = MatchProduct(matcher, node);
    if (!product) continue;
    const Layer layer = Followed(matcher, taken, *product);
    layers.emplace(graph.producer(layer.end), layer);
  }
  return Prune(Rewrite(graph, [&](Rewriter& rewriter, const ir::Node& node) {
    const auto layer = layers.find(&node);
    if (layer == layers.end()) return rewriter.CopyNode(node);
    AddLayer(rewriter, node, layer->second);
  }));
}

}  // namespace stepwell::passes
