#include "stepwell/passes/constant_evaluator.h"

#include <fmt/format.h>

#include <algorithm>

#include "stepwell/ir/subgraph.h"
#include "stepwell/passes/computed_bytes.h"
#include "stepwell/passes/evaluate.h"
#include "stepwell/passes/op_text.h"
#include "stepwell/passes/prune.h"

namespace stepwell::passes {
namespace {

constexpr std::size_t kLargeBytes = std::size_t{1} << 20;

bool AreStatic(const ir::Graph& graph, std::span<const ir::ValueId> values) {
  return std::all_of(values.begin(), values.end(),
                     [&](ir::ValueId value) { return graph.value(value).type.shape.is_static(); });
}

std::vector<ir::ConstantData> Results(const ir::Graph& graph, const ir::Node& node,
                                      std::span<const ir::ConstantData> inputs) {
  std::vector<TensorType> types;
  std::size_t bytes = 0;
  for (const ir::ValueId output : node.outputs) {
    bytes = CheckedAdd(bytes, types.emplace_back(graph.value(output).type).bytes());
  }
  if (bytes > kLargeBytes) {
    if (auto deferred = ComputedWhenRead(node, inputs, types)) return *std::move(deferred);
  }
  return EvaluateOp(*node.op, inputs, ops::KernelSet::kFast);
}

}  // namespace

std::uint64_t DerivedIdentities::IdentityOf(const std::string& computation, std::uint64_t fresh) {
  const std::scoped_lock lock(mutex_);
  return identities_.try_emplace(computation, fresh).first->second;
}

ConstantEvaluator::ConstantEvaluator(const ir::Graph& graph, DerivedIdentities* identities)
    : graph_(graph), identities_(identities), is_constant_(graph.num_values()) {
  for (const ir::Node& node : graph.nodes()) {
    const bool from_constants = std::all_of(node.inputs.begin(), node.inputs.end(),
                                            [&](ir::ValueId input) { return is_constant_[input.index]; });
    if (!from_constants || !AreStatic(graph, node.outputs)) continue;
    for (const ir::ValueId output : node.outputs) is_constant_[output.index] = true;
  }
}

ir::ConstantData ConstantEvaluator::Evaluate(ir::ValueId value) const {
  STEPWELL_CHECK(IsConstant(value));
  if (const ir::ConstantData* constant = graph_.constant(value)) return *constant;
  Known known;
  for (const ir::Node* node : NodesBehind(graph_, value)) Compute(*node, known);
  return known.at(value);
}

void ConstantEvaluator::Compute(const ir::Node& node, Known& known) const {
  if (const ir::ConstantData* constant = graph_.constant(node.outputs.at(0))) {
    known.emplace(node.outputs[0], *constant);
    return;
  }
  std::vector<ir::ConstantData> inputs;
  for (const ir::ValueId input : node.inputs) inputs.push_back(known.at(input));
  const auto frame = [&] { return fmt::format("computing the constant node '{}' ({})", node.name, node.op->name()); };
  std::vector<ir::ConstantData> outputs = While(frame, [&] { return Results(graph_, node, inputs); });
  Identify(node, known, outputs);
  for (std::size_t port = 0; port < outputs.size(); ++port) known.emplace(node.outputs[port], outputs[port]);
}

void ConstantEvaluator::Identify(const ir::Node& node, const Known& known, std::span<ir::ConstantData> outputs) const {
  if (identities_ == nullptr || As<ir::SubgraphOp>(*node.op) != nullptr) return;
  std::string computation = OpText(*node.op);
  for (const ir::ValueId input : node.inputs) computation += fmt::format(" {}", known.at(input).identity);
  for (std::size_t port = 0; port < outputs.size(); ++port) {
    outputs[port].identity = identities_->IdentityOf(fmt::format("{}:{}", computation, port), outputs[port].identity);
  }
}

}  // namespace stepwell::passes
