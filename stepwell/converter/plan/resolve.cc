#include "stepwell/converter/plan/resolve.h"

#include <fmt/format.h>

#include <algorithm>

#include "stepwell/base/error.h"
#include "stepwell/converter/import/importer.h"
#include "stepwell/converter/import/node_kinds.h"

namespace stepwell::converter {
namespace {

// What is known of the number of a node's outputs: said by its op, or at least as many as are used.
int PortCount(const SourceEdges& edges, NodeIndex node) {
  if (const auto count = NumOutputs(edges.node(node))) return *count;
  int count = 1;
  for (const Use& use : edges.uses(node)) count = std::max(count, edges.inputs(use.node)[use.input].port + 1);
  return count;
}

void CheckPort(const SourceNode& node, int port, int count, std::string_view kind) {
  if (port < count) return;
  const std::string have = count == 0 ? "none" : count == 1 ? "only port 0" : fmt::format("ports 0 to {}", count - 1);
  throw Error(ErrorKind::kInvalidArgument,
              fmt::format("node '{}' ({}) has no {} port {}: it has {}", node.name, node.op, kind, port, have));
}

// A plan that computes the tensor alone; whatever the caller or a state would give is an input of its declared type.
ImportPlan PlanFor(const SourceEdges& edges, const Variables& variables, TensorId tensor) {
  ImportPlan plan;
  plan.outputs.push_back({edges.ToText(tensor), tensor});
  for (const NodeIndex index : NeededNodes(edges, plan)) {
    const SourceNode& node = edges.node(index);
    const Cut cut{{{index, 0}}, std::nullopt};
    if (IsPlaceholder(node)) {
      const TensorType type{OutputDType(node, 0).value_or(DType::kF32),
                            DeclaredShape(node, 0, edges.graph().producer())};
      plan.inputs.push_back({node.name, {}, type, cut});
    } else if (IsVariable(node) && !variables.IsStored(index)) {
      plan.inputs.push_back({node.name, {}, variables.Type(index), cut});
    }
  }
  return plan;
}

std::optional<TensorType> InferredType(const SourceEdges& edges, const Variables& variables, TensorId tensor) {
  try {
    const ir::GraphBuilder builder = ImportNodes(edges, variables, PlanFor(edges, variables, tensor));
    return builder.type(builder.graph().outputs()[0].value);
  } catch (const Error&) {
    return std::nullopt;  // what is behind the tensor need not be supported
  }
}

}  // namespace

ResolvedTensor ResolveTensor(const SourceEdges& edges, const TensorRequest& request) {
  const SourceNode& node = edges.graph().Node(request.node);
  const NodeIndex index = edges.graph().FindIndex(request.node).value();
  if (request.input_port) {
    CheckPort(node, *request.input_port, static_cast<int>(node.inputs.size()), "input");
    const Use edge{index, AsSize(*request.input_port)};
    return {edges.inputs(index)[edge.input], edge};
  }
  const int port = request.output_port.value_or(0);
  CheckPort(node, port, PortCount(edges, index), "output");
  return {{index, port}, std::nullopt};
}

Cut CutAt(const SourceEdges& edges, const Variables& variables, const ResolvedTensor& resolved,
          std::span<const TensorId> not_these) {
  if (resolved.edge) return {{}, resolved.edge};
  Cut cut{{resolved.tensor}, std::nullopt};
  const auto variable = variables.Behind(resolved.tensor);
  if (!variable && !IsVariable(edges.node(resolved.tensor.node))) return cut;
  const NodeIndex node = variable.value_or(resolved.tensor.node);
  cut.tensors.push_back({node, 0});
  for (const NodeIndex read : variables.at(node).reads) {
    const TensorId value{read, 0};
    if (std::find(not_these.begin(), not_these.end(), value) == not_these.end()) cut.tensors.push_back(value);
  }
  return cut;
}

std::vector<std::string> MoNames(const SourceEdges& edges, const ResolvedTensor& resolved) {
  if (resolved.edge) {
    return {fmt::format("{}/placeholder_port_{}", edges.node(resolved.edge->node).name, resolved.edge->input)};
  }
  const std::string& node = edges.node(resolved.tensor.node).name;
  return {fmt::format("{}:{}", node, resolved.tensor.port),
          fmt::format("{}/placeholder_out_port_{}", node, resolved.tensor.port)};
}

SourceType TypeOf(const SourceEdges& edges, const Variables& variables, TensorId tensor) {
  if (const auto variable = variables.Behind(tensor)) {
    const TensorType type = variables.Type(*variable);
    return {type.dtype, type.shape};
  }
  const SourceNode& node = edges.node(tensor.node);
  SourceType type{OutputDType(node, tensor.port), DeclaredShape(node, tensor.port, edges.graph().producer())};
  if (IsPlaceholder(node) || (type.dtype && type.shape.has_rank())) return type;
  if (const auto inferred = InferredType(edges, variables, tensor)) return {inferred->dtype, inferred->shape};
  return type;
}

}  // namespace stepwell::converter
