#include "stepwell/quantize/tapped_model.h"

#include <fmt/format.h>

#include <algorithm>

#include "stepwell/base/error.h"
#include "stepwell/passes/rewriter.h"
#include "stepwell/runtime/wanted_outputs.h"

namespace stepwell::quantize {
namespace {

std::string OutputName(std::size_t number) { return fmt::format("stepwell/tap/{}", number); }

ir::Graph WithOutputs(const ir::Graph& graph, std::span<const ir::ValueId> values) {
  passes::Rewriter rewriter(graph);
  rewriter.CopyInputs();
  for (const ir::Node& node : graph.nodes()) rewriter.CopyNode(node);
  for (std::size_t i = 0; i < values.size(); ++i) {
    rewriter.builder().AddOutput(OutputName(i), rewriter.Mapped(values[i]));
  }
  return std::move(rewriter).Finish();
}

// The outputs of the graph that a call with the states can give.
std::vector<std::size_t> OutputsOf(const ir::Graph& graph, const ModelCall& call) {
  std::vector<std::optional<Shape>> shapes(graph.inputs().size());
  for (const ir::StateVar& state : graph.states()) {
    const std::size_t input = *graph.FindInput(state.input);
    shapes[input] = graph.inputs()[input].default_shape;
  }
  for (const FedTensor& fed : call) shapes.at(fed.input) = fed.value.type().shape;
  return runtime::FindWantedOutputs(graph, {shapes, {}, {}}).outputs;
}

}  // namespace

TappedModel::TappedModel(const ir::Graph& graph, std::span<const ir::ValueId> values, const ModelCall& example) {
  ir::Graph tapped = WithOutputs(graph, values);
  const std::vector<std::size_t> possible = OutputsOf(tapped, example);
  std::vector<std::size_t> outputs;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::size_t output = *tapped.FindOutput(OutputName(i));
    if (std::find(possible.begin(), possible.end(), output) == possible.end()) continue;
    outputs.push_back(output);
    values_.push_back(values[i]);
  }
  model_ = runtime::LoadedModel::Of(std::move(tapped));
  Require(!outputs.empty(), ErrorKind::kInvalidArgument,
          "the data gives the model nothing that its quantised weights are multiplied with");
  runner_.emplace(*model_, std::move(outputs));
}

std::optional<std::size_t> TappedModel::Find(ir::ValueId value) const {
  const auto found = std::find(values_.begin(), values_.end(), value);
  return found == values_.end() ? std::nullopt : std::optional(static_cast<std::size_t>(found - values_.begin()));
}

}  // namespace stepwell::quantize
