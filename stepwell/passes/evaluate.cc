#include "stepwell/passes/evaluate.h"

#include <fmt/format.h>

#include <optional>
#include <utility>

#include "stepwell/passes/compute_node.h"

namespace stepwell::passes {
namespace {

std::vector<TensorType> InferFromValues(const ir::Op& op, std::span<const ir::ConstantData> inputs) {
  std::vector<ir::InferContext::InputFacts> facts;
  for (const ir::ConstantData& input : inputs) facts.push_back({.type = input.type, .constant = &input});
  std::vector<TensorType> types = op.Infer(ir::InferContext(facts));
  for (const TensorType& type : types) {
    if (type.shape.is_static()) continue;
    throw Error(ErrorKind::kUnsupported,
                fmt::format("the shape of a result of {} is not known before it runs: {}", op.name(), ToText(type)));
  }
  return types;
}

// `constants`: for each input, itself or null where the kernel must not rely on its value.
std::vector<ir::ConstantData> RunOp(const ir::Op& op, std::span<const ir::ConstantData> inputs,
                                    std::span<const ir::ConstantData* const> constants, ops::KernelSet set) {
  if (const auto* constant = ir::As<ir::Constant>(op)) return {constant->data};
  const std::vector<TensorType> output_types = InferFromValues(op, inputs);
  if (op.IsView()) return {ir::ConstantData::Of(output_types.at(0), inputs[0].bytes)};
  return ComputeNode(op, inputs, constants, output_types, set);
}

// The values that a run has computed and still needs.
class RunningValues {
 public:
  explicit RunningValues(const ir::Graph& graph) : values_(graph.num_values()), uses_left_(graph.num_values(), 0) {
    for (const ir::Node& node : graph.nodes()) {
      for (const ir::ValueId id : node.inputs) ++uses_left_[id.index];
    }
    for (const ir::Output& output : graph.outputs()) ++uses_left_[output.value.index];
  }

  void Set(ir::ValueId id, ir::ConstantData value) {
    if (uses_left_[id.index] > 0) values_[id.index] = std::move(value);
  }
  ir::ConstantData Use(ir::ValueId id) {
    std::optional<ir::ConstantData>& value = values_[id.index];
    STEPWELL_CHECK(value.has_value());
    if (--uses_left_[id.index] > 0) return *value;
    ir::ConstantData last = std::move(*value);
    value.reset();
    return last;
  }

 private:
  std::vector<std::optional<ir::ConstantData>> values_;
  std::vector<int> uses_left_;
};

// Integers and booleans may say shapes and axes: kernels may rely on them as on constants.
void RunNode(const ir::Graph& graph, const ir::Node& node, RunningValues& values, ops::KernelSet set) {
  std::vector<ir::ConstantData> inputs;
  for (const ir::ValueId id : node.inputs) inputs.push_back(values.Use(id));
  std::vector<const ir::ConstantData*> constants;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const bool is_known = graph.constant(node.inputs[i]) != nullptr || !IsFloat(inputs[i].type.dtype);
    constants.push_back(is_known ? &inputs[i] : nullptr);
  }
  std::vector<ir::ConstantData> results = RunOp(*node.op, inputs, constants, set);
  STEPWELL_CHECK(results.size() == node.outputs.size());
  for (std::size_t i = 0; i < results.size(); ++i) values.Set(node.outputs[i], std::move(results[i]));
}

void RequireInputs(const ir::Graph& graph, std::span<const ConstTensorView> inputs) {
  if (inputs.size() != graph.inputs().size()) {
    throw Error(ErrorKind::kInvalidArgument, fmt::format("the graph '{}' has {} inputs and {} were given", graph.name(),
                                                         graph.inputs().size(), inputs.size()));
  }
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const ir::Input& input = graph.inputs()[i];
    const TensorType& expected = graph.value(input.value).type;
    if (expected.dtype == inputs[i].type.dtype && ShapesAgree(expected.shape, inputs[i].type.shape)) continue;
    throw Error(ErrorKind::kInvalidArgument, fmt::format("input '{}' takes {} and was given {}", input.name,
                                                         ToText(expected), ToText(inputs[i].type)));
  }
}

}  // namespace

std::vector<ir::ConstantData> EvaluateOp(const ir::Op& op, std::span<const ir::ConstantData> inputs,
                                         ops::KernelSet set) {
  std::vector<const ir::ConstantData*> constants;
  for (const ir::ConstantData& input : inputs) constants.push_back(&input);
  return RunOp(op, inputs, constants, set);
}

std::vector<Tensor> Evaluate(const ir::Graph& graph, std::span<const ConstTensorView> inputs, ops::KernelSet set) {
  RequireInputs(graph, inputs);
  RunningValues values(graph);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    // The caller's memory outlives the run: no owner is needed.
    values.Set(graph.inputs()[i].value, ir::ConstantData::Of(inputs[i].type, SharedBytes(nullptr, inputs[i].bytes())));
  }
  for (const ir::Node& node : graph.nodes()) {
    const auto frame = [&] { return fmt::format("running node '{}' ({})", node.name, node.op->name()); };
    While(frame, [&] { RunNode(graph, node, values, set); });
  }
  std::vector<Tensor> outputs;
  for (const ir::Output& output : graph.outputs()) outputs.push_back(values.Use(output.value).ToTensor());
  return outputs;
}

}  // namespace stepwell::passes
