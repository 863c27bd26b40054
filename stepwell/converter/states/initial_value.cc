#include "stepwell/converter/states/initial_value.h"

#include <fmt/format.h>

#include <cstring>

#include "stepwell/base/checked.h"
#include "stepwell/base/error.h"
#include "stepwell/base/limits.h"
#include "stepwell/converter/import/importer.h"
#include "stepwell/converter/import/node_kinds.h"
#include "stepwell/passes/constant_evaluator.h"

namespace stepwell::converter {
namespace {

// No more than any state needs: a hostile shape cannot ask for more.
constexpr std::size_t kMostBytes = limits::kMostExpandedBytes;

void CheckModest(const ir::Graph& graph) {
  for (std::uint32_t i = 0; i < graph.num_values(); ++i) {
    const ir::Value& value = graph.value(ir::ValueId{i});
    if (!value.type.shape.is_static() || value.type.bytes() <= kMostBytes) continue;
    throw Error(
        ErrorKind::kUnsupported,
        fmt::format("a state's initial value is computed from a tensor {}; the most that is supported is {} MiB",
                    ToText(value.type), kMostBytes >> 20U));
  }
}

// The tensor's value where it is computed from constants by ops that we have; initialisers with random numbers and
// restored ones are not.
std::optional<ir::ConstantData> ConstantValue(const SourceEdges& edges, const Variables& variables, TensorId tensor) {
  ImportPlan plan;
  plan.outputs.push_back({edges.ToText(tensor), tensor});
  const std::vector<NodeIndex> nodes = NeededNodes(edges, plan);
  for (const NodeIndex node : nodes) {
    if (IsVariable(edges.node(node)) || IsPlaceholder(edges.node(node))) return std::nullopt;
  }
  if (!UnimportableOps(edges, nodes).empty()) return std::nullopt;
  const ir::Graph graph = ImportNodes(edges, variables, plan).Build();
  CheckModest(graph);
  const passes::ConstantEvaluator evaluator(graph);
  const ir::ValueId value = graph.outputs()[0].value;
  if (!evaluator.IsConstant(value)) return std::nullopt;
  return evaluator.Evaluate(value);
}

// One row where all rows are the same, so that it holds for any batch.
ir::ConstantData WithoutEqualRows(const ir::ConstantData& data) {
  Shape shape = data.type.shape;
  if (shape.rank() < 2 || shape[0] < 2) return data;
  const std::size_t rows = AsSize(shape[0]);
  const SharedBytes bytes = data.bytes.Get();
  const std::size_t row_bytes = bytes.size() / rows;
  for (std::size_t row = 1; row < rows; ++row) {
    if (std::memcmp(bytes.data(), bytes.data() + row * row_bytes, row_bytes) != 0) return data;
  }
  shape[0] = 1;
  return ir::ConstantData::Of({data.type.dtype, shape}, bytes.Slice(0, row_bytes));
}

}  // namespace

std::optional<ir::ConstantData> InitialValue(const SourceEdges& edges, const Variables& variables, NodeIndex variable,
                                             NodeIndex update) {
  std::optional<ir::ConstantData> initial;
  for (const NodeIndex assign : variables.at(variable).assigns) {
    if (assign == update || !IsPlainAssign(edges.node(assign)) || initial) continue;
    initial = ConstantValue(edges, variables, edges.inputs(assign)[1]);
  }
  if (!initial && variables.IsStored(variable)) initial = variables.Stored(variable);
  if (!initial || initial->UniformValue() == 0.0) return std::nullopt;
  return WithoutEqualRows(*initial);
}

}  // namespace stepwell::converter
