#include "stepwell/converter/import/variables.h"

#include <fmt/format.h>

#include "stepwell/base/error.h"
#include "stepwell/converter/import/node_kinds.h"

namespace stepwell::converter {
namespace {

constexpr std::string_view kReadOp = "ReadVariableOp";

void AddUser(const SourceEdges& edges, const Use& use, SourceVariable& variable) {
  const SourceNode& user = edges.node(use.node);
  if (use.input != 0) return;
  if (IsCopy(user) || user.op == kReadOp) variable.reads.push_back(use.node);
  if (IsAssign(user)) variable.assigns.push_back(use.node);
  if (IsOtherUpdate(user)) variable.other_updates.push_back(use.node);
}

}  // namespace

ir::ConstantData ToConstantData(const SourceTensor& tensor, std::string_view what) {
  if (!tensor.dtype) {
    throw Error(ErrorKind::kUnsupported,
                fmt::format("{} holds {} elements, which are not supported", what, TfTypeName(tensor.tf_type)));
  }
  return While([&] { return fmt::format("reading {}", what); },
               [&] {
                 return ir::ConstantData::Of({*tensor.dtype, tensor.shape}, tensor.Bytes());
               });
}

Variables::Variables(const SourceEdges& edges, std::optional<Checkpoint> checkpoint)
    : edges_(&edges), checkpoint_(std::move(checkpoint)) {
  for (NodeIndex node = 0; node < edges.size(); ++node) {
    if (!IsVariable(edges.node(node))) continue;
    SourceVariable variable;
    variable.node = node;
    for (const Use& use : edges.uses(node)) AddUser(edges, use, variable);
    index_.emplace(node, all_.size());
    all_.push_back(std::move(variable));
  }
}

std::optional<NodeIndex> Variables::Behind(TensorId tensor) const {
  const TensorId origin = edges_->Origin(tensor);
  if (IsVariable(edges_->node(origin.node))) return origin.node;
  const bool is_read = edges_->node(origin.node).op == kReadOp && !edges_->inputs(origin.node).empty();
  if (!is_read) return std::nullopt;
  const NodeIndex handle = edges_->Origin(edges_->inputs(origin.node)[0]).node;
  return index_.contains(handle) ? std::optional(handle) : std::nullopt;
}

std::string Variables::StoredName(NodeIndex variable) const {
  const SourceNode& node = edges_->node(variable);
  if (!checkpoint_ || checkpoint_->Has(node.name)) return node.name;
  const std::string shared = node.StringAttr("shared_name", "");
  return shared.empty() ? node.name : shared;
}

bool Variables::IsStored(NodeIndex variable) const { return checkpoint_ && checkpoint_->Has(StoredName(variable)); }

ir::ConstantData Variables::Stored(NodeIndex variable) const {
  STEPWELL_CHECK(checkpoint_.has_value());
  const SourceNode& node = edges_->node(variable);
  ir::ConstantData value =
      ToConstantData(checkpoint_->Read(StoredName(variable)), fmt::format("variable '{}'", node.name));
  const TensorType declared = Type(variable);
  if (declared.dtype != value.type.dtype || !ShapesAgree(declared.shape, value.type.shape)) {
    throw Error(ErrorKind::kInvalidModel,
                fmt::format("variable '{}' is declared as {} and stored in '{}' as {}", node.name, ToText(declared),
                            checkpoint_->path().string(), ToText(value.type)));
  }
  return value;
}

TensorType Variables::Type(NodeIndex variable) const {
  const SourceNode& node = edges_->node(variable);
  const TfType tf_type = node.TypeAttr("dtype");
  const auto dtype = ElementType(tf_type);
  if (!dtype) {
    throw Error(ErrorKind::kUnsupported,
                fmt::format("variable '{}' is of type {}, which is not supported", node.name, TfTypeName(tf_type)));
  }
  TensorType type{*dtype, DeclaredShape(node, 0, edges_->graph().producer())};
  if (!type.shape.has_rank() && IsStored(variable)) type.shape = checkpoint_->Type(StoredName(variable)).shape;
  return type;
}

}  // namespace stepwell::converter
