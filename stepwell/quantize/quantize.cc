#include "stepwell/quantize/quantize.h"

#include <fmt/format.h>

#include <algorithm>

#include "stepwell/base/error.h"
#include "stepwell/ir/subgraph.h"
#include "stepwell/ops/elementwise/convert.h"
#include "stepwell/passes/evaluate.h"
#include "stepwell/passes/prune.h"
#include "stepwell/passes/rewriter.h"
#include "stepwell/passes/with_body.h"
#include "stepwell/quantize/name_pattern.h"
#include "stepwell/quantize/stored_form.h"
#include "stepwell/quantize/weight_uses.h"

namespace stepwell::quantize {
namespace {

// The constant that a node is or converts from f16, as f32 when it is read; nothing for other nodes.
struct Weights {
  ir::ConstantData stored;
  const ir::Op* conversion = nullptr;

  ir::ConstantData AsFloats() const {
    if (conversion == nullptr) return stored;
    return passes::EvaluateOp(*conversion, std::span(&stored, 1), ops::KernelSet::kFast).at(0);
  }
};
std::optional<Weights> WeightsOf(const ir::Graph& graph, const ir::Node& node) {
  const auto* constant = ir::As<ir::Constant>(*node.op);
  if (constant != nullptr && constant->data.type.dtype == DType::kF32) return Weights{constant->data};
  const auto* conversion = ir::As<ops::elementwise::Convert>(*node.op);
  if (conversion == nullptr || conversion->destination_type != DType::kF32) return std::nullopt;
  const ir::ConstantData* half = graph.constant(node.inputs[0]);
  if (half == nullptr || half->type.dtype != DType::kF16) return std::nullopt;
  return Weights{*half, conversion};
}

class Quantizer {
 public:
  explicit Quantizer(const QuantizeOptions& options) : options_(options), kept_(options.keep) {}

  std::vector<QuantizedLayer> layers;

  // `scope`: the loops around the graph, each with "/" behind it.
  ir::Graph Rewrite(const ir::Graph& graph, const std::string& scope) {
    const auto uses = WeightUses(graph);
    return passes::Prune(passes::Rewrite(graph, [&](passes::Rewriter& rewriter, const ir::Node& node) {
      if (const auto* loop = ir::As<ir::SubgraphOp>(*node.op)) {
        return rewriter.CopyNode(node, passes::WithBody(*loop, Rewrite(*loop->body, scope + node.name + "/")));
      }
      const auto weights = WeightsOf(graph, node);
      const auto& use = uses[node.outputs.empty() ? 0 : node.outputs[0].index];
      if (!weights || !use || IsKept(*weights, *use, scope, node.name)) return rewriter.CopyNode(node);
      While([&] { return fmt::format("quantising the weights '{}{}'", scope, node.name); },
            [&] { Replace(rewriter, node, *weights, use->summed, scope); });
    }));
  }

  void CountElements(const ir::Graph& graph) {
    for (const ir::Node& node : graph.nodes()) {
      if (const auto* loop = ir::As<ir::SubgraphOp>(*node.op)) CountElements(*loop->body);
      if (const auto* constant = ir::As<ir::Constant>(*node.op)) elements_ += Elements(constant->data);
    }
  }

 private:
  static double Elements(const ir::ConstantData& data) { return static_cast<double>(data.num_elements()); }

  bool IsKept(const Weights& weights, const WeightUse& use, const std::string& scope, const std::string& name) const {
    const Shape& shape = weights.stored.type.shape;
    if (shape.rank() < 2 || shape.num_elements() < kLeastElements) return true;
    return kept_.Finds(scope + name) || std::any_of(use.users.begin(), use.users.end(),
                                                    [&](const std::string& user) { return kept_.Finds(scope + user); });
  }

  void Replace(passes::Rewriter& rewriter, const ir::Node& node, const Weights& weights, SummedAxis summed,
               const std::string& scope) {
    const StoredForm form = StoredFormOf(weights.stored.type.shape, summed, options_);
    const RoundedWeights rounded = Round(weights.AsFloats(), form);
    weights.stored.bytes.ReleasePages();
    rewriter.Map(node.outputs[0], AddStored(rewriter.builder(), node.name, form, rounded));
    layers.push_back({scope + node.name, form.shape, form.format, form.group, rounded.error,
                      weights.stored.bytes.size(), rounded.values.size() + rounded.scales.size() * sizeof(float)});
    done_ += Elements(weights.stored);
    if (options_.progress) options_.progress(done_ / elements_);
  }

  const QuantizeOptions& options_;
  NamePattern kept_;
  double elements_ = 0;  // of all constants
  double done_ = 0;
};

std::string ChoiceText(const QuantizeOptions& options) {
  if (!options.group) return std::string(NameOf(options.format));
  if (*options.group == 0) return fmt::format("{} by channel", NameOf(options.format));
  return fmt::format("{} in groups of {}", NameOf(options.format), *options.group);
}

ir::Graph WithMetadata(const ir::Graph& graph, const QuantizeOptions& options) {
  passes::Rewriter rewriter(graph);
  rewriter.CopyInputs();
  for (const ir::Node& node : graph.nodes()) rewriter.CopyNode(node);
  const auto set = [&](std::string_view key_view, std::string value) {
    const std::string key(key_view);
    const auto before = graph.metadata().find(key);
    if (before != graph.metadata().end()) value = before->second + "; " + value;
    rewriter.builder().SetMetadata(key, std::move(value));
  };
  set(kWeightsMetadata, ChoiceText(options));
  if (!options.keep.empty()) set(kKeptMetadata, options.keep);
  return std::move(rewriter).Finish();
}

}  // namespace

std::string_view NameOf(WeightFormat format) {
  if (format == WeightFormat::kBf16) return "bf16";
  return format == WeightFormat::kInt8 ? "int8" : "int4";
}

QuantizeResult Quantize(const ir::Graph& graph, const QuantizeOptions& options) {
  Quantizer quantizer(options);
  quantizer.CountElements(graph);
  ir::Graph quantized = quantizer.Rewrite(graph, "");
  if (quantizer.layers.empty()) {
    throw Error(ErrorKind::kInvalidArgument,
                fmt::format("the model has no weights to store as {}: fp32 constants of at least {} elements that are "
                            "the second operand of MatMul or W or R of a recurrent cell, and are not kept",
                            NameOf(options.format), kLeastElements));
  }
  return {WithMetadata(quantized, options), std::move(quantizer.layers)};
}

}  // namespace stepwell::quantize
