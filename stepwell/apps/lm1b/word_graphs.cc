#include "stepwell/apps/lm1b/word_graphs.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <numeric>

#include "stepwell/ops/elementwise/binary.h"
#include "stepwell/ops/matmul/matmul.h"
#include "stepwell/ops/recurrent/fused_lstm.h"
#include "stepwell/ops/softmax/softmax.h"
#include "stepwell/passes/constant_evaluator.h"
#include "stepwell/passes/constant_row.h"
#include "stepwell/passes/matcher.h"
#include "stepwell/passes/prune.h"
#include "stepwell/passes/recognise_recurrences.h"
#include "stepwell/passes/rewriter.h"
#include "stepwell/passes/split_input_gates.h"

namespace stepwell::apps {
namespace {

using ops::elementwise::Add;
using ops::matmul::MatMul;
using ops::softmax::SoftMax;
using passes::Matcher;

// What is taken from the graph on the way up from the probabilities.
struct FoundHead {
  const ir::Node* product = nullptr;
  std::optional<ir::ValueId> bias;
};

std::optional<ir::ValueId> InputOfRowSoftmax(const Matcher& matcher, ir::ValueId probabilities) {
  const ir::Node* node = matcher.Producer<SoftMax>(matcher.BehindViews(probabilities));
  if (node == nullptr) return std::nullopt;
  const Shape& shape = matcher.ShapeOf(node->inputs[0]);
  const std::int64_t axis = ir::As<SoftMax>(*node->op)->axis;
  const bool is_row = shape.is_static() && shape.rank() > 0 && shape[shape.rank() - 1] == shape.num_elements() &&
                      (axis == -1 || axis == static_cast<std::int64_t>(shape.rank()) - 1);
  return is_row ? std::optional(matcher.BehindViews(node->inputs[0])) : std::nullopt;
}

FoundHead FindHead(const Matcher& matcher, ir::ValueId logits) {
  if (const ir::Node* product = matcher.Producer<MatMul>(logits)) return {product, {}};
  for (const auto& [sum, bias] : matcher.Operands<Add>(logits)) {
    const ir::Node* product = matcher.Producer<MatMul>(matcher.BehindViews(sum));
    if (product != nullptr && passes::IsConstantRow(matcher, bias, matcher.ShapeOf(logits))) return {product, bias};
  }
  return {};
}

std::optional<kernels::WeightSource> Fp32Weights(const passes::ConstantEvaluator& constants, const Matcher& matcher,
                                                 const ir::Node& product) {
  const auto* op = ir::As<MatMul>(*product.op);
  const Shape& shape = matcher.ShapeOf(product.inputs[1]);
  const bool is_row = matcher.ShapeOf(product.inputs[0]).rank() == 2 && matcher.ShapeOf(product.inputs[0])[0] == 1;
  const TensorType& type = matcher.graph().value(product.inputs[1]).type;
  if (op->transpose_a || !is_row || !matcher.IsConstant(product.inputs[1]) || shape.rank() != 2 ||
      type.dtype != DType::kF32) {
    return std::nullopt;
  }
  const LazyBytes bytes = constants.Evaluate(product.inputs[1]).bytes;
  const auto weights = op->transpose_b
                           ? kernels::DenseWeights(bytes, shape[1], shape[0], kernels::WeightOrder::kOutputsByInputs)
                           : kernels::DenseWeights(bytes, shape[0], shape[1], kernels::WeightOrder::kInputsByOutputs);
  return weights.dtype == DType::kF32 && weights.compressed == nullptr ? std::optional(weights) : std::nullopt;
}

// What a value depends on, constants aside.
enum class Source : std::uint8_t { kConstants, kWord, kMore };

std::vector<Source> SourcesOf(const ir::Graph& graph, std::span<const std::size_t> word_inputs) {
  std::vector<Source> sources(graph.num_values(), Source::kConstants);
  for (std::size_t input = 0; input < graph.inputs().size(); ++input) {
    const bool is_word = std::find(word_inputs.begin(), word_inputs.end(), input) != word_inputs.end();
    sources[graph.inputs()[input].value.index] = is_word ? Source::kWord : Source::kMore;
  }
  for (const ir::Node& node : graph.nodes()) {
    Source most = Source::kConstants;
    for (const ir::ValueId input : node.inputs) most = std::max(most, sources[input.index]);
    for (const ir::ValueId output : node.outputs) sources[output.index] = most;
  }
  return sources;
}

// The values that depend on the word alone and are read by what depends on more, in the order of their ids.
std::vector<ir::ValueId> ValuesAtCut(const ir::Graph& graph, const std::vector<Source>& sources) {
  std::vector<ir::ValueId> values;
  const auto add = [&](ir::ValueId value) {
    if (sources[value.index] == Source::kWord) values.push_back(value);
  };
  for (const ir::Node& node : graph.nodes()) {
    if (sources[node.outputs.front().index] == Source::kMore)
      std::for_each(node.inputs.begin(), node.inputs.end(), add);
  }
  for (const ir::Output& output : graph.outputs()) add(output.value);
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
  return values;
}

// With what LSTMs take from the word computed before them.
ir::Graph WithInputGates(const ir::Graph& source, std::span<const std::size_t> word_inputs) {
  const ir::Graph graph = passes::RecogniseRecurrences(source);
  const std::vector<Source> sources = SourcesOf(graph, word_inputs);
  return passes::SplitInputGates(graph, [&](const ir::Node& lstm) {
    return sources[lstm.inputs[ops::recurrent::FusedLstm::kX].index] == Source::kWord;
  });
}

std::string NameAtCut(std::size_t index) { return fmt::format("stepwell/word/{}", index); }

ir::Graph WordPartOf(const ir::Graph& graph, std::span<const ir::ValueId> cut) {
  passes::Rewriter rewriter(graph);
  rewriter.CopyInputs();
  for (const ir::Node& node : graph.nodes()) rewriter.CopyNode(node);
  for (std::size_t index = 0; index < cut.size(); ++index) {
    rewriter.builder().AddOutput(NameAtCut(index), rewriter.Mapped(cut[index]));
  }
  return passes::Prune(std::move(rewriter).Finish(std::span<const std::size_t>()),
                       {.inputs = passes::PruneOptions::Inputs::kDropUnused});
}

ir::Graph TextPartOf(const ir::Graph& graph, std::span<const ir::ValueId> cut) {
  passes::Rewriter rewriter(graph);
  std::map<ir::ValueId, ir::ValueId> stand_ins;
  for (std::size_t index = 0; index < cut.size(); ++index) {
    const TensorType& type = graph.value(cut[index]).type;
    stand_ins[cut[index]] = rewriter.builder().AddInput(NameAtCut(index), type);
  }
  rewriter.CopyInputs();
  const auto replace = [&](ir::ValueId value) {
    const auto stand_in = stand_ins.find(value);
    if (stand_in != stand_ins.end()) rewriter.MapWithoutNames(value, stand_in->second);
  };
  for (const ir::Input& input : graph.inputs()) replace(input.value);
  for (const ir::Node& node : graph.nodes()) {
    rewriter.CopyNode(node);
    std::for_each(node.outputs.begin(), node.outputs.end(), replace);
  }
  return passes::Prune(std::move(rewriter).Finish(), {.inputs = passes::PruneOptions::Inputs::kDropUnused});
}

}  // namespace

std::optional<SoftmaxHead> FindSoftmaxHead(const ir::Graph& graph, ir::ValueId probabilities) {
  const Matcher matcher(graph);
  const passes::ConstantEvaluator constants(graph);
  const auto logits = InputOfRowSoftmax(matcher, probabilities);
  if (!logits) return std::nullopt;
  const FoundHead found = FindHead(matcher, *logits);
  if (found.product == nullptr) return std::nullopt;
  auto weights = Fp32Weights(constants, matcher, *found.product);
  if (!weights) return std::nullopt;
  SoftmaxHead head{found.product->inputs[0], std::move(*weights), {}};
  if (found.bias) head.bias = constants.Evaluate(*found.bias).Copy<float>();
  return head;
}

std::optional<WordGraphs> CutBehindWord(const ir::Graph& source, std::span<const std::size_t> word_inputs) {
  const ir::Graph graph = WithInputGates(source, word_inputs);
  const std::vector<Source> sources = SourcesOf(graph, word_inputs);
  const std::vector<ir::ValueId> cut = ValuesAtCut(graph, sources);
  const bool is_static =
      std::all_of(cut.begin(), cut.end(), [&](ir::ValueId value) { return graph.value(value).type.shape.is_static(); });
  const bool is_word =
      std::any_of(cut.begin(), cut.end(), [&](ir::ValueId value) { return graph.producer(value) != nullptr; });
  if (!is_static || !is_word) return std::nullopt;
  return WordGraphs{WordPartOf(graph, cut), TextPartOf(graph, cut)};
}

ir::Graph WithOutput(const ir::Graph& graph, ir::ValueId value, const std::string& name) {
  passes::Rewriter rewriter(graph);
  rewriter.CopyInputs();
  for (const ir::Node& node : graph.nodes()) rewriter.CopyNode(node);
  rewriter.builder().AddOutput(name, rewriter.Mapped(value));
  return std::move(rewriter).Finish();
}

}  // namespace stepwell::apps
