#include "stepwell/apps/cli/zero_shares.h"

#include <algorithm>
#include <random>

#include "stepwell/apps/cli/bench_calls.h"
#include "stepwell/ops/elementwise/clamp.h"
#include "stepwell/passes/rewriter.h"
#include "stepwell/state/stepper.h"

namespace stepwell::cli {
namespace {

constexpr std::string_view kOutputPrefix = "zeros of ";

bool IsClippedRelu(const ir::Graph& graph, const ir::Node& node) {
  if (const auto* clamp = dynamic_cast<const ops::elementwise::Clamp*>(node.op.get())) return clamp->low == 0;
  if (node.op->name() != "Minimum") return false;
  return std::any_of(node.inputs.begin(), node.inputs.end(), [&](ir::ValueId input) {
    const ir::Node* producer = graph.producer(input);
    return producer != nullptr && producer->op->name() == "ReLU";
  });
}

// The graph with an output more for each clipped ReLU.
ir::Graph WithClippedOutputs(const ir::Graph& graph) {
  passes::Rewriter rewriter(graph);
  rewriter.CopyInputs();
  for (const ir::Node& node : graph.nodes()) {
    rewriter.CopyNode(node);
    if (!IsClippedRelu(graph, node)) continue;
    rewriter.builder().AddOutput(std::string(kOutputPrefix) + node.name, rewriter.Mapped(node.outputs[0]));
  }
  return std::move(rewriter).Finish();
}

// Adds what one call gave: [rows, channels].
void Count(const Tensor& tensor, ZeroShare& share, double weight) {
  const std::span<const float> values = tensor.as<float>();
  const Shape& shape = tensor.type().shape;
  if (values.empty() || shape.rank() == 0) return;
  const std::size_t channels = AsSize(shape[shape.rank() - 1]);
  std::vector<bool> all_zero(channels, true);
  std::size_t zeros = 0;
  for (std::size_t at = 0; at < values.size(); ++at) {
    if (values[at] == 0) {
      ++zeros;
    } else {
      all_zero[at % channels] = false;
    }
  }
  share.zeros += weight * static_cast<double>(zeros) / static_cast<double>(values.size());
  const auto unread = static_cast<double>(std::count(all_zero.begin(), all_zero.end(), true));
  share.zero_in_call += weight * unread / static_cast<double>(channels);
}

}  // namespace

std::vector<ZeroShare> MeasureZeroShares(const runtime::LoadedModel& model, const verify::CallShape& shape, int calls) {
  const auto open = runtime::LoadedModel::Of(WithClippedOutputs(model.graph()));
  const ir::Graph& graph = open->graph();
  runtime::PlanRequest request = StepRequest(graph, shape);
  std::vector<ZeroShare> shares;
  for (std::size_t output = 0; output < graph.outputs().size(); ++output) {
    const std::string& name = graph.outputs()[output].name;
    if (!name.starts_with(kOutputPrefix)) continue;
    request.outputs.push_back(output);
    shares.push_back({name.substr(kOutputPrefix.size()), 0, 0});
  }
  if (shares.empty()) return shares;
  const auto layout = state::StateLayout::Make(*open, shape.batch);
  state::Stepper stepper(*open, layout, request);
  state::State state(layout);
  std::mt19937_64 random(1);
  for (int call = 0; call < calls; ++call) {
    std::vector<Tensor> tensors, results;
    std::vector<ConstTensorView> inputs;
    std::vector<TensorView> outputs;
    for (const runtime::Plan::Port& port : stepper.inputs()) {
      tensors.push_back(verify::FullInput(graph, graph.inputs()[port.index], port.type.shape,
                                          verify::FramesOf(graph, shape), random));
    }
    for (const runtime::Plan::Port& port : stepper.outputs()) results.emplace_back(port.type);
    for (const Tensor& tensor : tensors) inputs.push_back(tensor.view());
    for (Tensor& result : results) outputs.push_back(result.view());
    stepper.Step(state, inputs, outputs);
    for (std::size_t i = 0; i < shares.size(); ++i) Count(results[i], shares[i], 1.0 / calls);
  }
  return shares;
}

}  // namespace stepwell::cli
