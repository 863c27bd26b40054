#include "stepwell/verify/verify.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <random>

#include "stepwell/ir/roles.h"
#include "stepwell/runtime/loaded_model.h"
#include "stepwell/state/stepper.h"
#include "stepwell/state/stream.h"
#include "stepwell/verify/random_inputs.h"
#include "stepwell/verify/source_executor.h"

namespace stepwell::verify {
namespace {

using converter::NodeIndex;
using converter::TensorId;

// The source's side: feeds what the model's inputs are cut at, and carries the states that the source does not carry
// in variables of its own.
class SourceSide {
 public:
  SourceSide(const converter::LoadedSource& source, const ir::Graph& graph) : executor_(source), graph_(graph) {
    for (const ir::Output& output : graph.outputs()) fetches_.push_back(Find(output.name, output.value));
    for (const ir::StateVar& state : graph.states()) {
      const TensorId input = FindInput(*graph.FindInput(state.input));
      if (const auto variable = executor_.VariableBehind(input)) {
        variables_.push_back(*variable);
      } else {
        carried_.push_back({input, *graph.FindOutput(state.output), &state});
      }
    }
    Reset();
  }

  void Reset() {
    executor_.Reset();
    for (const CarriedState& state : carried_) feeds_.insert_or_assign(state.input, FirstValue(*state.state));
  }

  std::vector<ir::ConstantData> Run(const std::map<std::size_t, ir::ConstantData>& inputs) {
    for (const auto& [index, value] : inputs) {
      feeds_.insert_or_assign(FindInput(index), value);
    }
    std::vector<ir::ConstantData> outputs = executor_.Run(feeds_, fetches_, variables_);
    for (const CarriedState& state : carried_) feeds_.insert_or_assign(state.input, outputs[state.output]);
    return outputs;
  }

 private:
  struct CarriedState {
    TensorId input;
    std::size_t output = 0;
    const ir::StateVar* state = nullptr;
  };

  // By its name, or, where the user or a signature gave it another one, by the names of its tensor.
  TensorId Find(const std::string& name, ir::ValueId value) const {
    for (const std::string& other : graph_.value(value).names) {
      if (!executor_.Has(name) && executor_.Has(other)) return executor_.Find(other);
    }
    return executor_.Find(name);
  }
  TensorId FindInput(std::size_t index) const {
    return Find(graph_.inputs()[index].name, graph_.inputs()[index].value);
  }

  ir::ConstantData FirstValue(const ir::StateVar& state) const {
    if (state.initial) return *state.initial;
    const ir::Input& input = graph_.inputs()[*graph_.FindInput(state.input)];
    return ir::ConstantData::Of(Tensor({graph_.value(input.value).type.dtype, input.default_shape}));
  }

  SourceExecutor executor_;
  const ir::Graph& graph_;
  std::vector<TensorId> fetches_;
  std::vector<NodeIndex> variables_;
  std::vector<CarriedState> carried_;
  std::map<TensorId, ir::ConstantData> feeds_;
};

// The converted side: the compiled model on a stream.
class CompiledSide {
 public:
  explicit CompiledSide(const ir::Graph& graph)
      : model_(runtime::LoadedModel::Of(graph)),
        layout_(state::StateLayout::Make(*model_)),
        stepper_(*model_, layout_, AllOutputs()),
        stream_(layout_) {
    for (const runtime::Plan::Port& port : stepper_.outputs()) outputs_.emplace_back(port.type);
  }

  void Reset() { stream_.Reset(); }

  // In the order of the graph's outputs.
  const std::vector<Tensor>& Run(const std::map<std::size_t, ir::ConstantData>& inputs) {
    std::vector<ConstTensorView> input_views;
    for (const runtime::Plan::Port& port : stepper_.inputs())
      input_views.push_back(*inputs.at(port.index).AlignedView());
    std::vector<TensorView> output_views;
    for (Tensor& output : outputs_) output_views.push_back(output.view());
    stream_.Step(stepper_, input_views, output_views);
    return outputs_;
  }

 private:
  runtime::PlanRequest AllOutputs() const {
    runtime::PlanRequest request = model_->DefaultRequest();
    for (std::size_t i = 0; i < model_->graph().outputs().size(); ++i) request.outputs.push_back(i);
    return request;
  }

  std::shared_ptr<const runtime::LoadedModel> model_;
  std::shared_ptr<const state::StateLayout> layout_;
  state::Stepper stepper_;
  state::Stream stream_;
  std::vector<Tensor> outputs_;
};

// The largest difference as a part of the largest magnitude expected. NaN counts as infinitely far from any number.
double RelativeDifference(const ir::ConstantData& expected, const Tensor& found, const std::string& name) {
  if (!(expected.type == found.type())) {
    throw Error(ErrorKind::kInvalidModel, fmt::format("output '{}' is {} in the source and {} converted", name,
                                                      ToText(expected.type), ToText(found.type())));
  }
  if (expected.type.dtype != DType::kF32) {
    const auto bytes = found.view().bytes();
    return std::equal(bytes.begin(), bytes.end(), expected.bytes.Get().span().begin()) ? 0 : INFINITY;
  }
  double difference = 0;
  double magnitude = 0;
  const std::vector<float> wanted = expected.Copy<float>();
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const double distance = std::abs(double{wanted[i]} - double{found.as<float>()[i]});
    difference = std::isnan(distance) ? INFINITY : std::max(difference, distance);
    magnitude = std::max(magnitude, std::abs(double{wanted[i]}));
  }
  return difference == 0 ? 0 : difference / magnitude;
}

std::map<std::size_t, ir::ConstantData> RandomInputs(const ir::Graph& graph, std::mt19937_64& random) {
  const Dim frames = FramesOf(graph, {});
  std::map<std::size_t, ir::ConstantData> inputs;
  for (std::size_t i = 0; i < graph.inputs().size(); ++i) {
    const ir::Input& input = graph.inputs()[i];
    if (graph.FindStateOfInput(input.name) != nullptr) continue;
    inputs.emplace(i, ir::ConstantData::Of(RandomInput(graph, input, input.default_shape, frames, random)));
  }
  return inputs;
}

void Compare(const ir::Graph& graph, const std::vector<ir::ConstantData>& expected, const std::vector<Tensor>& found,
             const VerifyOptions& options, VerifyReport& report) {
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const std::string& name = graph.outputs()[i].name;
    const double difference = RelativeDifference(expected[i], found[i], name);
    if (report.worst_output.empty() || difference > report.largest_relative_difference) {
      report.largest_relative_difference = difference;
      report.worst_output = name;
    }
    if (!(difference <= options.bound)) {
      throw Error(
          ErrorKind::kInvalidModel,
          fmt::format("output '{}' differs from the source by {:.3g} of the largest magnitude in call {}; at most "
                      "{:.3g} was expected",
                      name, difference, report.calls, options.bound));
    }
  }
  ++report.calls;
}

}  // namespace

VerifyReport Verify(const converter::LoadedSource& source, const ir::Graph& graph, const VerifyOptions& options) {
  SourceSide source_side(source, graph);
  CompiledSide compiled_side(graph);
  std::mt19937_64 random(options.seed);
  VerifyReport report;
  for (int call = 0; call < options.calls; ++call) {
    if (call > 0 && call == options.calls / 2) {
      source_side.Reset();
      compiled_side.Reset();
    }
    const auto inputs = RandomInputs(graph, random);
    Compare(graph, source_side.Run(inputs), compiled_side.Run(inputs), options, report);
  }
  return report;
}

}  // namespace stepwell::verify
