#include "stepwell/converter/plan/input_plan.h"

#include <fmt/format.h>

#include "stepwell/base/error.h"
#include "stepwell/converter/import/node_kinds.h"

namespace stepwell::converter {
namespace {

[[noreturn]] void Refuse(const std::string& message) { throw Error(ErrorKind::kInvalidArgument, message); }

void Append(std::vector<std::string>& names, std::vector<std::string> more) {
  for (std::string& name : more) names.push_back(std::move(name));
}

// "VAR/read", then "VAR", then the nodes that read it.
std::vector<std::string> VariableNames(const SourceEdges& edges, const Variables& variables, NodeIndex variable) {
  const std::string& name = edges.node(variable).name;
  std::vector<std::string> names{name + "/read", name};
  for (const NodeIndex read : variables.at(variable).reads) names.push_back(edges.node(read).name);
  return names;
}

std::vector<std::string> NamesOf(const SourceEdges& edges, const Variables& variables, const ResolvedTensor& resolved) {
  std::vector<std::string> names;
  if (!resolved.edge) {
    names.push_back(edges.ToText(resolved.tensor));
    const auto variable = VariableNamed(edges, variables, resolved.tensor);
    if (variable) Append(names, VariableNames(edges, variables, *variable));
  }
  Append(names, MoNames(edges, resolved));
  return names;
}

// The source's own shape wherever it says one; the user's shape fills the rest.
Shape ShapeToImport(const RequestedInput& request, const Shape& declared) {
  if (!declared.has_rank()) {
    if (request.shape) return *request.shape;
    Refuse(
        fmt::format("the shape of '{}' is unknown; say it in --input, such as '{}[1,16]'", request.name, request.name));
  }
  if (!request.shape) return declared;
  if (request.shape->rank() != declared.rank()) {
    Refuse(fmt::format("the shape {} does not fit '{}', which is {} in the graph", ToText(*request.shape), request.name,
                       ToText(declared)));
  }
  Shape shape = declared;
  for (int axis = 0; axis < shape.rank(); ++axis) shape[axis] = MergedDim(shape[axis], (*request.shape)[axis]);
  return shape;
}

ImportConstant FrozenConstant(const RequestedInput& request, DType dtype, const Shape& declared, const Cut& cut) {
  const TensorType type{dtype, request.shape.value_or(declared)};
  const auto value = While([&] { return fmt::format("freezing '{}', which is {}", request.name, ToText(type)); },
                           [&] { return request.value->ToConstant(type); });
  return {request.name, value, cut};
}

}  // namespace

std::optional<NodeIndex> VariableNamed(const SourceEdges& edges, const Variables& variables, TensorId tensor) {
  return IsVariable(edges.node(tensor.node)) ? std::optional(tensor.node) : variables.Behind(tensor);
}

void AddRequestedInput(const SourceEdges& edges, const Variables& variables, const RequestedInput& request,
                       ConversionPlan& plan) {
  const SourceType source = TypeOf(edges, variables, request.resolved.tensor);
  const auto dtype = source.dtype ? source.dtype : request.dtype;
  if (!dtype) {
    Refuse(fmt::format("the element type of '{}' is unknown; say it in --input, such as '{}{{f32}}'", request.name,
                       request.name));
  }
  const Cut cut = CutAt(edges, variables, request.resolved);
  if (request.value) {
    plan.import.constants.push_back(FrozenConstant(request, *dtype, source.shape, cut));
    return;
  }
  ImportInput input{request.name,
                    NamesOf(edges, variables, request.resolved),
                    {*dtype, ShapeToImport(request, source.shape)},
                    cut,
                    std::nullopt};
  if (request.dtype && request.dtype != dtype) input.fed_as = request.dtype;
  plan.import.inputs.push_back(std::move(input));
  if (request.shape) plan.wanted_shapes[request.name] = *request.shape;
}

ImportInput PlaceholderInput(const SourceEdges& edges, NodeIndex placeholder) {
  const SourceNode& node = edges.node(placeholder);
  const auto dtype = OutputDType(node, 0);
  if (!dtype) {
    throw Error(ErrorKind::kUnsupported, fmt::format("placeholder '{}' is of type {}, which is not supported",
                                                     node.name, TfTypeName(node.TypeAttr("dtype"))));
  }
  const Shape shape = DeclaredShape(node, 0, edges.graph().producer());
  if (!shape.has_rank()) {
    Refuse(
        fmt::format("the shape of placeholder '{}' is unknown; say it with --input '{}[1,16]', say, or freeze it "
                    "with --freeze_placeholder_with_value",
                    node.name, node.name));
  }
  const ResolvedTensor resolved{{placeholder, 0}, std::nullopt};
  return {node.name, MoNames(edges, resolved), {*dtype, shape}, {{resolved.tensor}, std::nullopt}, std::nullopt};
}

ImportInput VariableInput(const SourceEdges& edges, const Variables& variables, NodeIndex variable,
                          std::span<const TensorId> next_reads) {
  std::vector<std::string> names = VariableNames(edges, variables, variable);
  const ResolvedTensor resolved{{variable, 0}, std::nullopt};
  Append(names, {names[0] + ":0"});
  return {names[0], names, variables.Type(variable), CutAt(edges, variables, resolved, next_reads), std::nullopt};
}

}  // namespace stepwell::converter
