#include "stepwell/converter/import/importer.h"

#include <fmt/format.h>

#include "stepwell/base/error.h"
#include "stepwell/base/limits.h"
#include "stepwell/converter/import/node_adaptor.h"
#include "stepwell/converter/import/node_kinds.h"
#include "stepwell/ops/elementwise/convert.h"
#include "stepwell/ops/registry.h"

namespace stepwell::converter {
namespace {

// Ops of any number of inputs say in N how many there are; a concatenation has its axis beside them.
void RequireClaimedInputs(const SourceNode& node) {
  const bool is_concatenation = node.op == "Concat" || node.op == "ConcatV2";
  if ((!is_concatenation && node.op != "AddN" && node.op != "Pack") || !node.HasAttr("N")) return;
  const std::int64_t claimed = node.IntAttr("N");
  const std::size_t found = node.inputs.size() - std::min<std::size_t>(is_concatenation ? 1 : 0, node.inputs.size());
  if (claimed == static_cast<std::int64_t>(found)) return;
  throw Error(ErrorKind::kInvalidModel, fmt::format("N says {} inputs and {} were found", claimed, found));
}

// `tensor` with the plan's replacements made; a hostile plan cannot run in circles.
TensorId Resolved(const ImportPlan& plan, TensorId tensor) {
  for (std::size_t steps = 0; steps <= plan.same.size(); ++steps) {
    const auto found = plan.same.find(tensor);
    if (found == plan.same.end()) break;
    tensor = found->second;
  }
  return tensor;
}

class Importer {
 public:
  Importer(const SourceEdges& edges, const Variables& variables, const ImportPlan& plan)
      : edges_(edges), variables_(variables), plan_(plan) {}

  ir::GraphBuilder Run(ImportProgress progress) {
    for (const ImportInput& input : plan_.inputs) AddInput(input);
    for (const ImportConstant& constant : plan_.constants) AddConstant(constant);
    const std::vector<NodeIndex> nodes = NeededNodes(edges_, plan_);
    FindUsedOutputs(nodes);
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      progress(i, nodes.size());
      AddNode(nodes[i]);
    }
    for (const ImportOutput& output : plan_.outputs) builder_.AddOutput(output.name, ValueOf(output.tensor));
    return std::move(builder_);
  }

 private:
  void Stand(const Cut& cut, ir::ValueId value) {
    for (const TensorId& tensor : cut.tensors) values_[tensor] = value;
    if (cut.edge) edge_values_[*cut.edge] = value;
  }

  void AddInput(const ImportInput& input) {
    Shape default_shape = input.type.shape;
    for (int axis = 0; axis < default_shape.rank(); ++axis) default_shape[axis] = MergedDim(default_shape[axis], 1);
    const TensorType fed{input.fed_as.value_or(input.type.dtype), input.type.shape};
    ir::ValueId value = builder_.AddInput(input.name, fed, default_shape, input.tensor_names);
    if (input.fed_as) {
      value = builder_.AddOne(input.name + "/Convert", ops::elementwise::Convert(input.type.dtype), {value});
    }
    Stand(input.cut, value);
  }

  void AddConstant(const ImportConstant& constant) {
    Stand(constant.cut, builder_.AddConstant(constant.name, constant.value));
  }

  ir::ValueId ValueOf(TensorId tensor) {
    tensor = Resolved(plan_, tensor);
    if (const auto found = values_.find(tensor); found != values_.end()) return found->second;
    const SourceNode& node = edges_.node(tensor.node);
    throw Error(ErrorKind::kInvalidModel,
                fmt::format("output {} of node '{}' ({}) is asked for, which has no such output", tensor.port,
                            node.name, node.op));
  }

  ir::ValueId InputOf(NodeIndex node, std::size_t input) {
    if (input >= edges_.inputs(node).size()) {
      throw Error(ErrorKind::kInvalidModel,
                  fmt::format("it has {} inputs where input {} is needed", edges_.inputs(node).size(), input));
    }
    const auto found = edge_values_.find({node, input});
    return found != edge_values_.end() ? found->second : ValueOf(edges_.inputs(node)[input]);
  }

  std::vector<ir::ValueId> InputsOf(NodeIndex node) {
    const std::size_t count = edges_.inputs(node).size();
    if (count > limits::kMostLayerPorts) {
      throw Error(ErrorKind::kUnsupported,
                  fmt::format("it has {} inputs; a layer can have {}", count, limits::kMostLayerPorts));
    }
    std::vector<ir::ValueId> values;
    for (std::size_t i = 0; i < count; ++i) values.push_back(InputOf(node, i));
    return values;
  }

  void AddNode(NodeIndex index) {
    const SourceNode& node = edges_.node(index);
    const std::vector<ir::ValueId> outputs = While(
        [&] { return fmt::format("importing node '{}' ({})", node.name, node.op); }, [&] { return Outputs(index); });
    for (const int port : used_[index]) {
      if (AsSize(port) >= outputs.size()) continue;
      const TensorId tensor{index, port};
      values_.emplace(tensor, outputs[AsSize(port)]);
      builder_.AddTensorName(outputs[AsSize(port)], edges_.ToText(tensor));
    }
  }

  // Which outputs of the nodes are read, by other nodes or by the caller.
  void FindUsedOutputs(const std::vector<NodeIndex>& nodes) {
    const CutSet cuts(plan_);
    const auto use = [&](TensorId tensor) {
      tensor = Resolved(plan_, tensor);
      if (!cuts.Has(tensor)) used_[tensor.node].insert(tensor.port);
    };
    for (const ImportOutput& output : plan_.outputs) use(output.tensor);
    for (const NodeIndex node : nodes) {
      for (std::size_t i = 0; i < edges_.inputs(node).size(); ++i) {
        if (!cuts.Has(Use{node, i})) use(edges_.inputs(node)[i]);
      }
    }
  }

  std::vector<ir::ValueId> Outputs(NodeIndex index) {
    const SourceNode& node = edges_.node(index);
    if (IsConst(node)) {
      const auto value = ToConstantData(node.TensorAttr("value"), fmt::format("constant '{}'", node.name));
      return {builder_.AddConstant(node.name, value)};
    }
    if (IsPlaceholder(node)) return Placeholder(node);
    if (IsVariable(node)) return {VariableValue(index)};
    if (IsCopy(node) || node.op == "ReadVariableOp") return {InputOf(index, 0)};
    if (IsPlainAssign(node)) return {InputOf(index, 1)};
    return Rewritten(index);
  }

  std::vector<ir::ValueId> Placeholder(const SourceNode& node) {
    throw Error(ErrorKind::kInvalidArgument,
                fmt::format("placeholder '{}' is needed and is no input; name it with --input, or freeze it with "
                            "--freeze_placeholder_with_value '{}->VALUE'",
                            node.name, node.name));
  }

  ir::ValueId VariableValue(NodeIndex index) {
    const std::string& name = edges_.node(index).name;
    if (variables_.IsStored(index)) return builder_.AddConstant(name, variables_.Stored(index));
    throw Error(ErrorKind::kInvalidModel,
                variables_.checkpoint()
                    ? fmt::format("variable '{}' has no value: the checkpoint '{}' does not hold it; is one of its "
                                  "files absent, or is it another graph's?",
                                  name, variables_.checkpoint()->path().string())
                    : fmt::format("variable '{}' has no value: the graph is not frozen, and no checkpoint was given "
                                  "(--input_checkpoint)",
                                  name));
  }

  std::vector<ir::ValueId> Rewritten(NodeIndex index) {
    const SourceNode& node = edges_.node(index);
    const std::vector<ir::ValueId> inputs = InputsOf(index);
    const NodeAdaptor adaptor(node, used_[index]);
    const ops::ImportRule* rule = ops::FindImportRule(RuleOp(node));
    if (rule == nullptr) {
      throw Error(ErrorKind::kUnsupported, fmt::format("there is no import rule for the op '{}'", node.op));
    }
    RequireClaimedInputs(node);
    return rule->import({adaptor, inputs, builder_});
  }

  // An assign that adds or subtracts has the sum as its value.
  static std::string_view RuleOp(const SourceNode& node) {
    if (!IsAssign(node)) return node.op;
    return node.op.find("Add") != std::string::npos ? "Add" : "Sub";
  }

  const SourceEdges& edges_;
  const Variables& variables_;
  const ImportPlan& plan_;
  ir::GraphBuilder builder_;
  std::map<TensorId, ir::ValueId> values_;
  std::map<Use, ir::ValueId> edge_values_;
  std::map<NodeIndex, std::set<int>> used_;  // ports that are read
};

}  // namespace

std::vector<NodeIndex> NeededNodes(const SourceEdges& edges, const ImportPlan& plan) {
  const CutSet cuts(plan);
  std::vector<bool> needed(edges.size());
  std::vector<NodeIndex> pending;
  const auto need = [&](TensorId tensor) {
    tensor = Resolved(plan, tensor);
    if (cuts.Has(tensor) || needed[tensor.node]) return;
    needed[tensor.node] = true;
    pending.push_back(tensor.node);
  };
  for (const ImportOutput& output : plan.outputs) need(output.tensor);
  while (!pending.empty()) {
    const NodeIndex node = pending.back();
    pending.pop_back();
    for (std::size_t i = 0; i < edges.inputs(node).size(); ++i) {
      if (!cuts.Has(Use{node, i})) need(edges.inputs(node)[i]);
    }
  }
  std::vector<NodeIndex> nodes;
  for (const NodeIndex node : edges.order()) {
    if (needed[node]) nodes.push_back(node);
  }
  return nodes;
}

ir::GraphBuilder ImportNodes(const SourceEdges& edges, const Variables& variables, const ImportPlan& plan,
                             ImportProgress progress) {
  return Importer(edges, variables, plan).Run(progress);
}

}  // namespace stepwell::converter
