#include "stepwell/converter/shapes/shape_probe.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "stepwell/base/error.h"

namespace stepwell::converter {
namespace {

struct ShapeInput {
  std::string_view op;
  std::size_t input;
};
constexpr std::array kShapeInputs = {ShapeInput{"Reshape", 1}, ShapeInput{"Range", 1}, ShapeInput{"Broadcast", 1}};

std::string PlaceOf(const ir::Node& node) { return fmt::format("node '{}' ({})", node.name, node.op->name()); }

bool IsElementwise(const ir::Node& node) {
  constexpr std::array<std::string_view, 5> kOthers = {"Reshape", "Gather", "GatherND", "MatMul", "Range"};
  return node.inputs.size() == 2 && node.outputs.size() == 1 &&
         std::find(kOthers.begin(), kOthers.end(), node.op->name()) == kOthers.end();
}

}  // namespace

std::optional<std::size_t> ShapeInputOf(const ir::Node& node) {
  for (const ShapeInput& row : kShapeInputs) {
    if (row.op == node.op->name() && node.inputs.size() > row.input) return row.input;
  }
  return std::nullopt;
}

ShapeProbe::ShapeProbe(const ir::Graph& graph, const std::vector<std::vector<std::optional<SymbolId>>>& input_symbols,
                       DimSymbols& symbols, SoftNumbers& soft)
    : graph_(graph), symbols_(symbols), soft_(soft), mapped_(graph.num_values()) {
  AddInputs(input_symbols);
}

void ShapeProbe::AddInputs(const std::vector<std::vector<std::optional<SymbolId>>>& input_symbols) {
  for (std::size_t i = 0; i < graph_.inputs().size(); ++i) {
    const ir::Input& input = graph_.inputs()[i];
    TensorType type = graph_.value(input.value).type;
    for (std::size_t axis = 0; axis < input_symbols[i].size(); ++axis) {
      if (input_symbols[i][axis]) type.shape[static_cast<int>(axis)] = symbols_.Probe(*input_symbols[i][axis]);
    }
    mapped_[input.value.index] = builder_.AddInput(input.name, type);
  }
}

std::optional<ShapeConflict> ShapeProbe::Run() {
  for (std::size_t i = 0; i < graph_.nodes().size(); ++i) {
    if (auto conflict = AddNode(i)) return conflict;
  }
  return StateConflict();
}

std::optional<ShapeConflict> ShapeProbe::AddNode(std::size_t index) {
  const ir::Node& node = graph_.nodes()[index];
  if (auto conflict = FixedRead(node)) return conflict;
  std::vector<ir::ValueId> inputs;
  for (const ir::ValueId input : node.inputs) inputs.push_back(Mapped(input));
  const auto target = TargetOf(index);
  std::optional<Error> error = target ? AddWithTarget(index, inputs, *target) : Add(node, inputs);
  if (error && !target) {
    // A target that is computed in part from constants: Concat([1, 50], the last dimension).
    const auto computed = node.op->name() == "Reshape" ? ReshapeTarget(node) : std::nullopt;
    if (computed) error = AddWithTarget(index, inputs, *computed);
  }
  if (!error) return std::nullopt;
  ShapeConflict conflict = ConflictAt(node);
  if (conflict.involved.empty()) throw Error(*error);
  return conflict;
}

std::optional<Error> ShapeProbe::AddWithTarget(std::size_t index, std::vector<ir::ValueId> inputs,
                                               const std::vector<DimExpr>& target) {
  const ir::Node& node = graph_.nodes()[index];
  std::vector<std::int64_t> probes;
  for (const DimExpr& expr : target) probes.push_back(symbols_.Probe(expr));
  const std::size_t shape_input = *ShapeInputOf(node);
  const bool is_scalar = SourceShape(node.inputs[shape_input]).rank() == 0;
  inputs[shape_input] = is_scalar ? builder_.AddInt("target", probes[0]) : builder_.AddInts("target", probes);
  for (const DimExpr& expr : target) symbols_.RememberOrder(expr);
  targets_[index] = target;
  return Add(node, inputs);
}

std::optional<Error> ShapeProbe::Add(const ir::Node& node, const std::vector<ir::ValueId>& inputs) {
  try {
    const std::vector<ir::ValueId> outputs = builder_.Add(node.name, node.op, inputs);
    for (std::size_t i = 0; i < outputs.size(); ++i) mapped_[node.outputs[i].index] = outputs[i];
    return std::nullopt;
  } catch (const Error& error) {
    return error;
  }
}

ir::ValueId ShapeProbe::Mapped(ir::ValueId source) {
  STEPWELL_CHECK(mapped_[source.index].has_value());
  return *mapped_[source.index];
}

Shape ShapeProbe::ProbeShape(ir::ValueId source) const { return builder_.type(*mapped_[source.index]).shape; }

std::optional<DimExpr> ShapeProbe::ExprOf(ir::ValueId source, int axis) const {
  return symbols_.ExprOf(SourceShape(source)[axis], ProbeShape(source)[axis]);
}

std::optional<std::vector<DimExpr>> ShapeProbe::TargetOf(std::size_t index) {
  const ir::Node& node = graph_.nodes()[index];
  const auto shape_input = ShapeInputOf(node);
  if (!shape_input) return std::nullopt;
  const ir::ConstantData* constant = graph_.constant(node.inputs[*shape_input]);
  const auto numbers = constant == nullptr ? std::nullopt : constant->Ints();
  if (!numbers) return std::nullopt;
  if (node.op->name() == "Reshape") return ReshapeTarget(node);
  return SoftTarget(index, *numbers);
}

std::optional<std::vector<DimExpr>> ShapeProbe::ReshapeTarget(const ir::Node& node) {
  const Shape source = SourceShape(node.inputs[0]);
  const Shape target = SourceShape(node.outputs[0]);
  if (!source.is_static() || !target.is_static()) return std::nullopt;
  std::vector<DimExpr> dims;
  for (int axis = 0; axis < source.rank(); ++axis) {
    const auto expr = ExprOf(node.inputs[0], axis);
    if (!expr) return std::nullopt;
    dims.push_back(*expr);
  }
  if (std::all_of(dims.begin(), dims.end(), [](const DimExpr& dim) { return dim.is_literal(); })) return std::nullopt;
  return SpreadFactors(symbols_, dims, target.dims());
}

// A number that equals an extent of some input may have been that extent; it is one when the shapes ask for it.
std::optional<std::vector<DimExpr>> ShapeProbe::SoftTarget(std::size_t index,
                                                           const std::vector<std::int64_t>& numbers) {
  const auto is_an_extent = [&](std::int64_t number) {
    return std::any_of(graph_.inputs().begin(), graph_.inputs().end(), [&](const ir::Input& input) {
      const auto dims = graph_.value(input.value).type.shape.dims();
      return std::find(dims.begin(), dims.end(), number) != dims.end();
    });
  };
  std::vector<DimExpr> target;
  bool any = false;
  for (std::size_t element = 0; element < numbers.size(); ++element) {
    DimExpr expr{numbers[element], {}};
    if (is_an_extent(numbers[element])) {
      const auto [entry, is_new] = soft_.try_emplace({index, element}, 0);
      if (is_new) entry->second = symbols_.Add(numbers[element], std::nullopt);
      if (!symbols_.IsHard(entry->second)) expr = {1, {symbols_.Root(entry->second)}};
      any = any || !expr.is_literal();
    }
    target.push_back(std::move(expr));
  }
  if (!any) return std::nullopt;
  return target;
}

// Constant indices into an axis, or a constant split of it, read a fixed number of its elements: the axis is no free
// one, although no shape says so.
std::optional<ShapeConflict> ShapeProbe::FixedRead(const ir::Node& node) const {
  if (node.op->name() != "Gather" || node.inputs.size() < 3) return std::nullopt;
  const ir::ConstantData* indices = graph_.constant(node.inputs[1]);
  const ir::ConstantData* axis_data = graph_.constant(node.inputs[2]);
  if (indices == nullptr || axis_data == nullptr || indices->num_elements() < 2) return std::nullopt;
  const auto axis = axis_data->Ints();
  if (!axis || axis->size() != 1) return std::nullopt;
  const auto expr = ExprOf(node.inputs[0], NormalizedAxis((*axis)[0], SourceShape(node.inputs[0]).rank()));
  if (!expr || expr->is_literal()) return std::nullopt;
  return ShapeConflict{PlaceOf(node), {}, expr->symbols};
}

std::optional<ShapeConflict> ShapeProbe::StateConflict() const {
  for (const ir::StateVar& state : graph_.states()) {
    const ir::ValueId input = graph_.inputs()[*graph_.FindInput(state.input)].value;
    const ir::ValueId output = graph_.outputs()[*graph_.FindOutput(state.output)].value;
    if (ProbeShape(input) == ProbeShape(output)) continue;
    ShapeConflict conflict{fmt::format("state '{}'", state.name), {}, {}};
    CollectPairs(input, output, true, conflict);
    if (!conflict.involved.empty()) return conflict;
  }
  return std::nullopt;
}

ShapeConflict ShapeProbe::ConflictAt(const ir::Node& node) const {
  ShapeConflict conflict{PlaceOf(node), {}, {}};
  const bool aligned = IsElementwise(node);
  for (std::size_t i = 0; i < node.inputs.size(); ++i) {
    for (std::size_t j = i + 1; j < node.inputs.size(); ++j) {
      CollectPairs(node.inputs[i], node.inputs[j], aligned, conflict);
    }
    if (node.inputs.size() == 1) CollectPairs(node.inputs[0], node.inputs[0], false, conflict);
  }
  return conflict;
}

void ShapeProbe::CollectPairs(ir::ValueId a, ir::ValueId b, bool aligned, ShapeConflict& conflict) const {
  const Shape a_source = SourceShape(a);
  const Shape b_source = SourceShape(b);
  for (int i = 0; i < a_source.rank(); ++i) {
    const auto a_expr = ExprOf(a, i);
    if (a_expr) conflict.involved.insert(conflict.involved.end(), a_expr->symbols.begin(), a_expr->symbols.end());
    for (int j = 0; j < b_source.rank(); ++j) {
      const auto b_expr = ExprOf(b, j);
      if (b_expr) conflict.involved.insert(conflict.involved.end(), b_expr->symbols.begin(), b_expr->symbols.end());
      const bool opposite = !aligned || a_source.rank() - i == b_source.rank() - j;
      if (!a_expr || !b_expr || !opposite || *a_expr == *b_expr || a_source[i] != b_source[j]) continue;
      conflict.candidates.push_back({*a_expr, *b_expr});
    }
  }
}

}  // namespace stepwell::converter
