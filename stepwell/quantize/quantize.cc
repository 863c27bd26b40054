#include "stepwell/quantize/quantize.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "stepwell/base/error.h"
#include "stepwell/ir/roles.h"
#include "stepwell/ir/subgraph.h"
#include "stepwell/ops/elementwise/convert.h"
#include "stepwell/passes/constant_evaluator.h"
#include "stepwell/passes/prune.h"
#include "stepwell/passes/rewriter.h"
#include "stepwell/passes/with_body.h"
#include "stepwell/quantize/name_pattern.h"
#include "stepwell/quantize/sensitive_weights.h"
#include "stepwell/quantize/stored_form.h"
#include "stepwell/quantize/weight_uses.h"

namespace stepwell::quantize {
namespace {

// The constant of a node that is one in f32, or converts one from f16; null for other nodes.
const ir::ConstantData* StoredWeights(const ir::Graph& graph, const ir::Node& node) {
  const auto* constant = ir::As<ir::Constant>(*node.op);
  if (constant != nullptr) return constant->data.type.dtype == DType::kF32 ? &constant->data : nullptr;
  const auto* conversion = ir::As<ops::elementwise::Convert>(*node.op);
  if (conversion == nullptr || conversion->destination_type != DType::kF32) return nullptr;
  const ir::ConstantData* half = graph.constant(node.inputs[0]);
  return half != nullptr && half->type.dtype == DType::kF16 ? half : nullptr;
}

// Weights that are multiplied with the same often stand one behind the other.
class FactorCache {
 public:
  // Null for no moments. Valid until it is asked for others.
  const TriangularFactor* Of(const SecondMoments* moments) {
    if (moments == nullptr) return nullptr;
    if (moments != moments_) factor_.emplace(*moments);
    moments_ = moments;
    return &*factor_;
  }

 private:
  const SecondMoments* moments_ = nullptr;
  std::optional<TriangularFactor> factor_;
};

class Quantizer {
 public:
  Quantizer(const ir::Graph& graph, const QuantizeOptions& options)
      : options_(options), kept_(options.keep), sensitive_(SensitiveWeights(graph)) {
    CountElements(graph);
  }

  std::vector<QuantizedLayer> layers;

  // `scope`: the loops around the graph, each with "/" behind it.
  ir::Graph Rewrite(const ir::Graph& graph, const std::string& scope) {
    const auto uses = WeightUses(graph);
    const passes::ConstantEvaluator constants(graph);
    return passes::Prune(passes::Rewrite(graph, [&](passes::Rewriter& rewriter, const ir::Node& node) {
      if (const auto* loop = ir::As<ir::SubgraphOp>(*node.op)) {
        return rewriter.CopyNode(node, passes::WithBody(*loop, Rewrite(*loop->body, scope + node.name + "/")));
      }
      const ir::ConstantData* stored = StoredWeights(graph, node);
      const auto& use = uses[node.outputs.empty() ? 0 : node.outputs[0].index];
      if (stored == nullptr || !use || IsKept(*stored, *use, scope, node.name)) return rewriter.CopyNode(node);
      While([&] { return fmt::format("quantising the weights '{}{}'", scope, node.name); },
            [&] {
              Replace(rewriter, node, {*stored, constants.Evaluate(node.outputs[0])}, use->summed, scope);
            });
    }));
  }

 private:
  void CountElements(const ir::Graph& graph) {
    for (const ir::Node& node : graph.nodes()) {
      if (const auto* loop = ir::As<ir::SubgraphOp>(*node.op)) CountElements(*loop->body);
      if (const auto* constant = ir::As<ir::Constant>(*node.op)) elements_ += Elements(constant->data);
    }
  }

  static double Elements(const ir::ConstantData& data) { return static_cast<double>(data.num_elements()); }

  struct Weights {
    const ir::ConstantData& stored;
    ir::ConstantData floats;  // made as they are read where they are stored otherwise
  };

  bool IsKept(const ir::ConstantData& stored, const WeightUse& use, const std::string& scope,
              const std::string& name) const {
    const Shape& shape = stored.type.shape;
    if (shape.rank() < 2 || shape.num_elements() < kLeastElements) return true;
    return kept_.Finds(scope + name) || std::any_of(use.users.begin(), use.users.end(),
                                                    [&](const std::string& user) { return kept_.Finds(scope + user); });
  }

  void Replace(passes::Rewriter& rewriter, const ir::Node& node, const Weights& weights, SummedAxis summed,
               const std::string& scope) {
    const Precision precision = sensitive_.contains(scope + node.name) ? Precision::kHigh : Precision::kAsAsked;
    const StoredForm form = StoredFormOf(weights.stored.type.shape, summed, options_, precision);
    const RoundedWeights rounded = Round(weights.floats, form, factors_.Of(MomentsFor(scope + node.name, form)));
    weights.stored.bytes.ReleasePages();
    rewriter.Map(node.outputs[0], AddStored(rewriter.builder(), node.name, form, rounded));
    layers.push_back({scope + node.name, form.shape, form.format, form.group, form.activations, rounded.error,
                      weights.stored.bytes.size(), rounded.values.size() + rounded.scales.size() * sizeof(float)});
    done_ += Elements(weights.stored);
    if (options_.progress) options_.progress(done_ / elements_);
  }

  // Null where nothing is known, or nothing is rounded to integers by it.
  const SecondMoments* MomentsFor(const std::string& name, const StoredForm& form) const {
    const auto found = options_.moments.find(name);
    if (form.format == WeightFormat::kBf16 || found == options_.moments.end()) return nullptr;
    return found->second->width() == form.inputs && found->second->rows() > 0 ? found->second.get() : nullptr;
  }

  const QuantizeOptions& options_;
  NamePattern kept_;
  std::set<std::string> sensitive_;
  FactorCache factors_;
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
    if (before != graph.metadata().end() && before->second != value) value = before->second + "; " + value;
    rewriter.builder().SetMetadata(key, std::move(value));
  };
  set(kWeightsMetadata, ChoiceText(options));
  if (options.format != WeightFormat::kBf16) {
    set(ir::kActivations, std::string(NameOf(ActivationsOf(options))));
  }
  if (!options.keep.empty()) set(kKeptMetadata, options.keep);
  return std::move(rewriter).Finish();
}

[[noreturn]] void RefuseWithoutWeights(const ir::Graph& graph, const QuantizeOptions& options) {
  const auto before = graph.metadata().find(std::string(kWeightsMetadata));
  const std::string hint =
      before == graph.metadata().end()
          ? ""
          : fmt::format("; its weights are stored as {} already: quantise the model that it was made of",
                        before->second);
  throw Error(ErrorKind::kInvalidArgument,
              fmt::format("the model has no weights to store as {}: fp32 constants of at least {} elements that are "
                          "the second operand of MatMul or W or R of a recurrent cell, and are not kept{}",
                          NameOf(options.format), kLeastElements, hint));
}

}  // namespace

std::string_view NameOf(WeightFormat format) {
  if (format == WeightFormat::kBf16) return "bf16";
  return format == WeightFormat::kInt8 ? "int8" : "int4";
}

ActivationFormat ActivationsOf(const QuantizeOptions& options) {
  if (options.format != WeightFormat::kBf16) return options.activations.value_or(ActivationFormat::kInt8);
  if (options.activations == ActivationFormat::kInt8) {
    throw Error(ErrorKind::kInvalidArgument,
                "activations of 8-bit integers are multiplied by weights of int8 and int4, and the weights are bf16");
  }
  return ActivationFormat::kFp32;
}

std::string_view NameOf(ActivationFormat activations) {
  return activations == ActivationFormat::kInt8 ? ir::kInt8Activations : ir::kFp32Activations;
}

QuantizeResult Quantize(const ir::Graph& graph, const QuantizeOptions& options) {
  ActivationsOf(options);  // refuses what the format of the weights does not allow
  Quantizer quantizer(graph, options);
  ir::Graph quantized = quantizer.Rewrite(graph, "");
  if (quantizer.layers.empty()) RefuseWithoutWeights(graph, options);
  return {WithMetadata(quantized, options), std::move(quantizer.layers)};
}

}  // namespace stepwell::quantize
