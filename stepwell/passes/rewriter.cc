#include "stepwell/passes/rewriter.h"

#include <algorithm>

namespace stepwell::passes {
namespace {

template <class Entry>
bool HasEntry(std::span<const Entry> entries, const std::string& name) {
  return std::any_of(entries.begin(), entries.end(), [&](const Entry& entry) { return entry.name == name; });
}

bool HasInputOrOutput(const ir::Graph& graph, const std::string& name) {
  return HasEntry(graph.inputs(), name) || HasEntry(graph.outputs(), name);
}

}  // namespace

ir::ValueId Rewriter::Mapped(ir::ValueId value) const {
  const std::optional<ir::ValueId> stand_in = FindMapped(value);
  STEPWELL_CHECK(stand_in.has_value());
  return *stand_in;
}

std::vector<ir::ValueId> Rewriter::Mapped(std::span<const ir::ValueId> values) const {
  std::vector<ir::ValueId> stand_ins;
  for (const ir::ValueId value : values) stand_ins.push_back(Mapped(value));
  return stand_ins;
}

void Rewriter::Map(ir::ValueId value, ir::ValueId stand_in) {
  stand_ins_[value.index] = stand_in;
  for (const std::string& name : source_.value(value).names) builder_.AddTensorName(stand_in, name);
}

void Rewriter::CopyInput(const ir::Input& input, const TensorType& type) {
  const ir::ValueId copy = builder_.AddInput(input.name, type, input.default_shape, {});
  if (type == source_.value(input.value).type) builder_.SetCallShape(input.call);
  Map(input.value, copy);
}

void Rewriter::CopyInputs() {
  for (const ir::Input& input : source_.inputs()) CopyInput(input);
}

void Rewriter::CopyNode(const ir::Node& node) { CopyNode(node, node.op); }

void Rewriter::CopyNode(const ir::Node& node, std::shared_ptr<const ir::Op> op) {
  const std::vector<ir::ValueId> outputs = builder_.Add(node.name, std::move(op), Mapped(node.inputs));
  STEPWELL_CHECK(outputs.size() == node.outputs.size());
  for (std::size_t port = 0; port < outputs.size(); ++port) Map(node.outputs[port], outputs[port]);
}

void Rewriter::AddOutput(const ir::Output& output) {
  if (const auto stand_in = FindMapped(output.value)) builder_.AddOutput(output.name, *stand_in);
}

void Rewriter::AddFacts() {
  const ir::Graph& made = builder_.graph();
  for (const ir::StateVar& state : source_.states()) {
    if (HasEntry(made.inputs(), state.input) && HasEntry(made.outputs(), state.output)) builder_.AddState(state);
  }
  builder_.SetName(source_.name());
  builder_.SetStateForm(source_.state_form());
  for (const auto& [key, value] : source_.metadata()) {
    if (!made.metadata().contains(key)) builder_.SetMetadata(key, value);
  }
  for (const auto& [role, name] : source_.roles()) {
    if (HasInputOrOutput(made, name)) builder_.SetRole(role, name);
  }
}

ir::Graph Rewriter::Finish() && {
  for (const ir::Output& output : source_.outputs()) AddOutput(output);
  AddFacts();
  return std::move(builder_).Build();
}

ir::Graph Rewriter::Finish(std::span<const std::size_t> outputs) && {
  for (const std::size_t output : outputs) AddOutput(source_.outputs()[output]);
  AddFacts();
  return std::move(builder_).Build();
}

ir::Graph Rewrite(const ir::Graph& source, FunctionRef<void(Rewriter&, const ir::Node&)> visit) {
  Rewriter rewriter(source);
  rewriter.CopyInputs();
  for (const ir::Node& node : source.nodes()) visit(rewriter, node);
  return std::move(rewriter).Finish();
}

}  // namespace stepwell::passes
