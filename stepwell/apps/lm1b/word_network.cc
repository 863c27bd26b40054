#include "stepwell/apps/lm1b/word_network.h"

#include <algorithm>

#include "stepwell/apps/lm1b/word_graphs.h"
#include "stepwell/passes/specialise.h"

namespace stepwell::apps {
namespace {

constexpr const char* kHidden = "stepwell/hidden";
// Large constants are computed when they are packed.
constexpr passes::FoldOptions kFolding = {.large = passes::FoldOptions::Large::kKeep};

runtime::PlanRequest RequestFor(const ir::Graph& graph) {
  runtime::PlanRequest request;
  for (const ir::Input& input : graph.inputs()) request.input_shapes.emplace_back(graph.value(input.value).type.shape);
  return request;
}

}  // namespace

WordNetwork::WordNetwork(std::shared_ptr<const runtime::LoadedModel> model, WordPorts ports,
                         const WordModelOptions& options)
    : model_(std::move(model)),
      ports_(std::move(ports)),
      options_(options),
      text_model_(model_),
      layout_(state::StateLayout::Make(*model_, 1)),
      words_(std::make_unique<WordCache>(options.most_cached_bytes)) {
  if (const auto graph = StaticGraph()) {
    Cut(WithHead(*graph));
    layout_ = state::StateLayout::Make(*text_model_, 1);
  }
}

std::optional<ir::Graph> WordNetwork::StaticGraph() const {
  const ir::Graph& graph = model_->graph();
  passes::SpecialiseRequest request{.outputs = {ports_.probabilities}, .fold = kFolding};
  request.input_shapes.resize(graph.inputs().size());
  for (const WordPorts::Input& word : ports_.inputs) request.input_shapes[word.input] = word.shape;
  for (const state::StateLayout::Slot& slot : layout_->slots()) {
    request.input_shapes[slot.input] = slot.type.shape;
    if (std::find(request.outputs.begin(), request.outputs.end(), slot.output) == request.outputs.end()) {
      request.outputs.push_back(slot.output);
    }
  }
  for (std::size_t input = 0; input < request.input_shapes.size(); ++input) {
    const auto& shape = request.input_shapes[input];
    if (shape && !graph.inputs()[input].call.Takes(*shape)) return std::nullopt;
  }
  return passes::Specialise(graph, request);
}

ir::Graph WordNetwork::WithHead(const ir::Graph& graph) {
  if (options_.head == WordModelOptions::Head::kProbabilities) return graph;
  auto head = FindSoftmaxHead(graph, graph.outputs()[0].value);
  if (!head) return graph;
  top_k_ = std::make_shared<const kernels::ExactTopK>(head->weights, std::move(head->bias));
  return WithOutput(graph, head->hidden, kHidden);
}

void WordNetwork::Cut(const ir::Graph& graph) {
  std::vector<std::size_t> word_inputs;
  for (const WordPorts::Input& word : ports_.inputs) {
    if (const auto input = graph.FindInput(model_->graph().inputs()[word.input].name)) word_inputs.push_back(*input);
  }
  auto parts = CutBehindWord(graph, word_inputs);
  text_model_ = model_->Derive(parts ? std::move(parts->text) : graph);
  if (!parts) return;
  const auto word_model = model_->Derive(std::move(parts->word));
  word_plan_ = word_model->PlanFor(RequestFor(word_model->graph()));
}

state::Stepper WordNetwork::MakeStepper() const {
  const ir::Graph& graph = text_model_->graph();
  runtime::PlanRequest request;
  if (text_model_ == model_) {
    request.input_shapes.resize(graph.inputs().size());
    for (const WordPorts::Input& word : ports_.inputs) request.input_shapes[word.input] = word.shape;
    request.outputs = {ports_.probabilities};
  } else {
    request = RequestFor(graph);
    const std::string& name = top_k_ == nullptr ? model_->graph().outputs()[ports_.probabilities].name : kHidden;
    request.outputs = {graph.FindOutput(name).value()};
  }
  return {*text_model_, layout_, request};
}

}  // namespace stepwell::apps
