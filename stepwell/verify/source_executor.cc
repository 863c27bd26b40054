#include "stepwell/verify/source_executor.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "stepwell/base/text.h"
#include "stepwell/converter/import/node_adaptor.h"
#include "stepwell/converter/import/node_kinds.h"
#include "stepwell/ops/elementwise/binary.h"
#include "stepwell/ops/registry.h"
#include "stepwell/passes/evaluate.h"
#include "stepwell/verify/unique.h"

namespace stepwell::verify {

using converter::NodeIndex;
using converter::SourceNode;
using converter::TensorId;

namespace {

// Node and port of "name" or "name:port".
std::pair<std::string_view, int> Parts(std::string_view name) {
  const std::size_t colon = name.rfind(':');
  const auto port = colon == std::string_view::npos ? std::nullopt : ParseInt(name.substr(colon + 1));
  if (!port) return {name, 0};
  return {name.substr(0, colon), static_cast<int>(*port)};
}

// One op on two constants.
template <class Op>
ir::ConstantData Computed(const ir::ConstantData& a, const ir::ConstantData& b) {
  ir::GraphBuilder builder;
  const ir::ValueId left = builder.AddConstant("a", a);
  const ir::ValueId right = builder.AddConstant("b", b);
  builder.AddOutput("result", builder.AddOne("op", Op(), {left, right}));
  return ir::ConstantData::Of(
      std::move(passes::Evaluate(std::move(builder).Build(), {}, ops::KernelSet::kReference)[0]));
}

}  // namespace

SourceExecutor::SourceExecutor(const converter::LoadedSource& source)
    : source_(source), edges_(source.graph), variables_(edges_, source.checkpoint) {
  varies_ = converter::NodesAhead(
      edges_,
      [&](NodeIndex index) {
        return converter::IsPlaceholder(edges_.node(index)) || converter::IsVariable(edges_.node(index));
      },
      [](NodeIndex) { return true; });
  Reset();
}

TensorId SourceExecutor::Find(std::string_view name) const {
  const auto [node, port] = Parts(name);
  (void)source_.graph.Node(node);
  return {*source_.graph.FindIndex(node), port};
}

bool SourceExecutor::Has(std::string_view name) const { return source_.graph.FindNode(Parts(name).first) != nullptr; }

void SourceExecutor::Reset() {
  memory_.clear();
  for (const converter::SourceVariable& variable : variables_.all()) {
    // Variables that nobody of this run reads may have no value and no shape; they are filled when they are read.
    if (!variable.assigns.empty() && !variables_.IsStored(variable.node)) memory_[variable.node] = FirstValue(variable);
  }
}

ir::ConstantData SourceExecutor::FirstValue(const converter::SourceVariable& variable) {
  for (const NodeIndex assign : variable.assigns) {
    const TensorId value = edges_.inputs(assign)[1];
    if (varies_[value.node] || !converter::IsPlainAssign(edges_.node(assign))) continue;
    Values values(edges_.size());
    const NodeIndex root = value.node;
    RunNodes(std::span(&root, 1), values);
    return ValueOf(value, values);
  }
  return ir::ConstantData::Of(Tensor(variables_.Type(variable.node)));
}

std::vector<ir::ConstantData> SourceExecutor::Run(const std::map<TensorId, ir::ConstantData>& feeds,
                                                  std::span<const TensorId> fetches,
                                                  std::span<const NodeIndex> variables) {
  Values values(edges_.size());
  for (const auto& [tensor, value] : feeds) {
    auto& outputs = values[tensor.node];
    outputs.resize(std::max(outputs.size(), static_cast<std::size_t>(tensor.port) + 1));
    outputs[static_cast<std::size_t>(tensor.port)] = value;
  }
  std::vector<NodeIndex> roots;
  for (const TensorId fetch : fetches) roots.push_back(fetch.node);
  for (const NodeIndex variable : variables) {
    for (const NodeIndex assign : variables_.at(variable).assigns) {
      // What adds or subtracts changes the variable at every run, whatever its value is computed from.
      const bool is_sum = !converter::IsPlainAssign(edges_.node(assign));
      if (is_sum || varies_[edges_.inputs(assign)[1].node]) roots.push_back(assign);
    }
  }
  RunNodes(roots, values);
  std::vector<ir::ConstantData> results;
  for (const TensorId fetch : fetches) results.push_back(ValueOf(fetch, values));
  return results;
}

void SourceExecutor::RunNodes(std::span<const NodeIndex> roots, Values& values) {
  const auto enter = [&](NodeIndex index) { return values[index].empty(); };
  const std::vector<bool> needed = converter::NodesBehind(edges_, roots, converter::Follow::kDataAndControl, enter);
  for (const NodeIndex index : edges_.order()) {
    if (needed[index] && values[index].empty()) RunNode(index, values);
  }
}

void SourceExecutor::RunNode(NodeIndex index, Values& values) {
  const SourceNode& node = edges_.node(index);
  While([&] { return fmt::format("evaluating node '{}' ({})", node.name, node.op); },
        [&] {
          std::vector<ir::ConstantData> inputs;
          if (!converter::IsAssign(node)) {
            for (const TensorId input : edges_.inputs(index)) inputs.push_back(ValueOf(input, values));
          } else {
            inputs.push_back(ValueOf(edges_.inputs(index)[1], values));
          }
          for (ir::ConstantData& output : Compute(index, inputs)) values[index].emplace_back(std::move(output));
        });
}

ir::ConstantData SourceExecutor::ValueOf(TensorId tensor, const Values& values) const {
  const auto& outputs = values[tensor.node];
  const auto port = static_cast<std::size_t>(tensor.port);
  if (port >= outputs.size() || !outputs[port]) {
    throw Error(ErrorKind::kInvalidModel,
                fmt::format("'{}' has no value: its node gives {} outputs", edges_.ToText(tensor), outputs.size()));
  }
  return *outputs[port];
}

std::vector<ir::ConstantData> SourceExecutor::Compute(NodeIndex index, std::span<const ir::ConstantData> inputs) {
  const SourceNode& node = edges_.node(index);
  if (converter::IsConst(node)) return {converter::ToConstantData(node.TensorAttr("value"), node.name)};
  if (converter::IsVariable(node)) return {Held(index)};
  if (converter::IsAssign(node)) return {Assign(index, inputs)};
  if (converter::IsCopy(node) || node.op == "ReadVariableOp") return {inputs[0]};
  if (node.op == "Unique") return Unique(inputs[0]);
  if (converter::IsEffect(node)) return {};
  if (converter::IsPlaceholder(node)) {
    throw Error(ErrorKind::kInvalidArgument, "the placeholder was not fed");
  }
  return ComputeByRule(index, inputs);
}

ir::ConstantData SourceExecutor::Assign(NodeIndex index, std::span<const ir::ConstantData> inputs) {
  const SourceNode& node = edges_.node(index);
  const NodeIndex variable = *variables_.Behind(edges_.inputs(index)[0]);
  ir::ConstantData next = inputs[0];
  if (!converter::IsPlainAssign(node)) {
    const ir::ConstantData& held = Held(variable);
    const bool adds = node.op.find("Add") != std::string::npos;
    next = adds ? Computed<ops::elementwise::Add>(held, next) : Computed<ops::elementwise::Subtract>(held, next);
  }
  memory_[variable] = next;
  return next;
}

const ir::ConstantData& SourceExecutor::Held(NodeIndex variable) {
  const auto found = memory_.find(variable);
  if (found != memory_.end()) return found->second;
  return memory_.emplace(variable, variables_.Stored(variable)).first->second;
}

std::vector<ir::ConstantData> SourceExecutor::ComputeByRule(NodeIndex index,
                                                            std::span<const ir::ConstantData> inputs) const {
  const SourceNode& node = edges_.node(index);
  const ops::ImportRule* rule = ops::FindImportRule(node.op);
  if (rule == nullptr) {
    throw Error(ErrorKind::kUnsupported, fmt::format("the op '{}' is not supported", node.op));
  }
  ir::GraphBuilder builder;
  std::vector<ir::ValueId> values;
  for (const ir::ConstantData& input : inputs) values.push_back(builder.AddConstant("input", input));
  std::set<int> used_outputs = {0};
  for (const converter::Use& use : edges_.uses(index)) used_outputs.insert(edges_.inputs(use.node)[use.input].port);
  const converter::NodeAdaptor adaptor(node, std::move(used_outputs));
  const std::vector<ir::ValueId> outputs = rule->import({adaptor, values, builder});
  for (std::size_t i = 0; i < outputs.size(); ++i) builder.AddOutput(fmt::format("output_{}", i), outputs[i]);
  std::vector<ir::ConstantData> results;
  for (Tensor& result : passes::Evaluate(std::move(builder).Build(), {}, ops::KernelSet::kReference)) {
    results.push_back(ir::ConstantData::Of(std::move(result)));
  }
  return results;
}

}  // namespace stepwell::verify
