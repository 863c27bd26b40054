#include "stepwell/converter/shapes/shape_probe.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "stepwell/base/error.h"
#include "stepwell/ops/elementwise/convert.h"
#include "stepwell/ops/matmul/matmul.h"

namespace stepwell::converter {
namespace {

std::string PlaceOf(const ir::Node& node) { return fmt::format("node '{}' ({})", node.name, node.op->name()); }

bool AnyAxes(int, int, int, int) { return true; }
bool OppositeAxes(int a, int a_rank, int b, int b_rank) { return a_rank - a == b_rank - b; }
bool EqualAxes(int a, int, int b, int) { return a == b; }

// Of two matrices, or rows of them: the one's columns and the other's rows, and what stands before both.
AxesMeeting MatMulAxes(const ops::matmul::MatMul& op) {
  return {[&op](int a, int a_rank, int b, int b_rank) {
    const int a_inner = op.transpose_a && a_rank > 1 ? 2 : 1;
    const int b_inner = op.transpose_b || b_rank == 1 ? 1 : 2;
    const bool is_inner = a_rank - a == a_inner && b_rank - b == b_inner;
    return is_inner || (a_rank - a == b_rank - b && a_rank - a > 2);
  }};
}

AxesMeeting AxesMeetingIn(const ir::Node& node) {
  constexpr std::array<std::string_view, 4> kUnlike = {"Reshape", "Gather", "GatherND", "Range"};
  if (const auto* op = ir::As<ops::matmul::MatMul>(*node.op)) return MatMulAxes(*op);
  if (node.op->name() == "Concat") return {EqualAxes};
  const bool is_pairwise = node.inputs.size() == 2 && node.outputs.size() == 1 &&
                           std::find(kUnlike.begin(), kUnlike.end(), node.op->name()) == kUnlike.end();
  return is_pairwise || node.op->name() == "Select" ? AxesMeeting{OppositeAxes, true} : AxesMeeting{AnyAxes};
}

bool IsSlice(const ir::Node& node) { return node.op->name() == "Slice" || node.op->name() == "StridedSlice"; }

}  // namespace

ShapeProbe::ShapeProbe(const ProbedGraph& probed, DimSymbols& symbols, SoftNumbers& soft)
    : probed_(probed),
      graph_(probed.graph),
      symbols_(symbols),
      soft_(soft),
      mapped_(graph_.num_values()),
      sources_(graph_.num_values()) {
  AddInputs();
}

void ShapeProbe::AddInputs() {
  for (std::size_t i = 0; i < graph_.inputs().size(); ++i) {
    const ir::Input& input = graph_.inputs()[i];
    TensorType type = graph_.value(input.value).type;
    const auto& axes = probed_.input_symbols[i];
    for (std::size_t axis = 0; axis < axes.size(); ++axis) {
      if (!axes[axis]) continue;
      type.shape[static_cast<int>(axis)] = symbols_.Probe(*axes[axis]);
      sources_[input.value.index].insert(*axes[axis]);
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
  if (auto conflict = FixedRead(index)) return conflict;
  std::vector<ir::ValueId> inputs;
  for (const ir::ValueId input : node.inputs) inputs.push_back(Mapped(input));
  const auto target = TargetOf(index);
  if (!target) {
    if (auto conflict = ExtentInValue(node)) return conflict;
  }
  std::optional<Error> error = target ? AddWithTarget(index, inputs, *target) : Add(node, inputs);
  if (error && !target) {
    // A target that is computed in part from constants: Concat([1, 50], the last dimension).
    const auto computed = node.op->name() == "Reshape" ? ReshapeTarget(node) : std::nullopt;
    if (computed) error = AddWithTarget(index, inputs, *computed);
  }
  if (!error) {
    Trace(node);
    return std::nullopt;
  }
  ShapeConflict conflict = ConflictAt(node);
  if (target) CollectTargetPairs(node, *target, conflict);
  if (conflict.candidates.empty()) conflict.hidden = HiddenSymbols(node, conflict);
  if (conflict.involved.empty() && conflict.hidden.empty()) throw Error(*error);
  return conflict;
}

std::optional<Error> ShapeProbe::AddWithTarget(std::size_t index, std::vector<ir::ValueId> inputs,
                                               const std::vector<DimExpr>& target) {
  const ir::Node& node = graph_.nodes()[index];
  std::vector<std::int64_t> probes;
  for (const DimExpr& expr : target) probes.push_back(symbols_.Probe(expr));
  for (const DimExpr& expr : target) symbols_.RememberOrder(expr);
  targets_[index] = target;
  const auto& site = probed_.sites[index];
  const auto shape_input = site ? site->input : ShapeInputOf(node);
  if (!shape_input) {
    // A uniform constant: all that counts is how large it is now.
    const TensorType type{graph_.value(node.outputs[0]).type.dtype, Shape(std::span<const Dim>(probes))};
    mapped_[node.outputs[0].index] = builder_.AddInput(node.name, type);
    return std::nullopt;
  }
  const bool is_scalar = SourceShape(node.inputs[*shape_input]).rank() == 0;
  inputs[*shape_input] = is_scalar ? builder_.AddInt("target", probes[0]) : builder_.AddInts("target", probes);
  if (node.op->name() == "Multiply") {
    const DType dtype = graph_.value(node.outputs[0]).type.dtype;
    inputs[*shape_input] = builder_.AddOne("factor", ops::elementwise::Convert(dtype), {inputs[*shape_input]});
  }
  if (site && IsSlice(node)) WidenData(node, *site, target, inputs);
  return Add(node, inputs);
}

// The probe of a stop lies behind most extents, where a slice would be cut short.
void ShapeProbe::WidenData(const ir::Node& node, const ShapeSite& site, const std::vector<DimExpr>& target,
                           std::vector<ir::ValueId>& inputs) {
  TensorType type = builder_.type(inputs[0]);
  for (std::size_t element = 0; element < target.size(); ++element) {
    if (!site.sliced_axis[element] || target[element].is_literal()) continue;
    const int axis = *site.sliced_axis[element];
    const auto data = ExprOf(node.inputs[0], axis);
    if (!data || *data == target[element]) continue;
    if (data->is_literal()) limits_.push_back({target[element], data->constant, PlaceOf(node)});
    type.shape[axis] = symbols_.Probe(target[element]);
  }
  if (type != builder_.type(inputs[0])) inputs[0] = builder_.AddInput("data", type);
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
  const auto& site = probed_.sites[index];
  if (!site) return std::nullopt;
  const ir::Node& node = graph_.nodes()[index];
  if (node.op->name() != "Reshape") return SoftTarget(index, *site);
  return graph_.constant(node.inputs[1]) == nullptr ? std::nullopt : ReshapeTarget(node);
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

std::optional<std::vector<DimExpr>> ShapeProbe::SoftTarget(std::size_t index, const ShapeSite& site) {
  const std::vector<DimExpr> computed = ComputedExprs(index, site);
  std::vector<DimExpr> target;
  bool any = false;
  for (std::size_t element = 0; element < site.numbers.size(); ++element) {
    const bool is_computed = !computed.empty() && !computed[element].is_literal();
    target.push_back(is_computed ? computed[element] : SoftExpr(index, site, element));
    any = any || (!is_computed && !target.back().is_literal());
  }
  if (!any) return std::nullopt;
  return target;
}

// What the numbers of a site are that the graph computes from shapes; empty where they are constants, or no products.
std::vector<DimExpr> ShapeProbe::ComputedExprs(std::size_t index, const ShapeSite& site) const {
  const ir::Node& node = graph_.nodes()[index];
  if (!site.input || graph_.constant(node.inputs[*site.input]) != nullptr) return {};
  const auto& probes = builder_.value(*mapped_[node.inputs[*site.input].index]).ints;
  std::vector<DimExpr> exprs;
  for (std::size_t element = 0; probes && element < site.numbers.size(); ++element) {
    const auto probe = (*probes)[element];
    const auto expr = probe ? symbols_.ExprOf(site.numbers[element], *probe) : std::nullopt;
    if (!expr) return {};
    exprs.push_back(*expr);
  }
  return exprs;
}

// A number that equals an extent of some input may have been that extent; it is one when the shapes ask for it.
DimExpr ShapeProbe::SoftExpr(std::size_t index, const ShapeSite& site, std::size_t element) {
  const std::int64_t number = site.numbers[element];
  const DimExpr literal{number, {}};
  if (!site.may_vary[element] || !IsAnExtent(number)) return literal;
  if (const auto axis = site.sliced_axis[element]) {
    // A slice of the whole axis stays one.
    const ir::ValueId data = graph_.nodes()[index].inputs[0];
    const auto whole = SourceShape(data)[*axis] == number ? ExprOf(data, *axis) : std::nullopt;
    if (whole && !whole->is_literal()) return *whole;
    if (site.is_end[element]) return literal;
  }
  const auto [entry, is_new] = soft_.try_emplace({index, element}, 0);
  if (is_new) entry->second = symbols_.Add(number, std::nullopt);
  return symbols_.IsHard(entry->second) ? literal : DimExpr{1, {symbols_.Root(entry->second)}};
}

bool ShapeProbe::IsAnExtent(std::int64_t number) const {
  return std::any_of(probed_.input_symbols.begin(), probed_.input_symbols.end(), [&](const auto& axes) {
    return std::any_of(axes.begin(), axes.end(),
                       [&](const auto& symbol) { return symbol && symbols_.source_value(*symbol) == number; });
  });
}

std::optional<ShapeConflict> ShapeProbe::StateConflict() const {
  for (const ir::StateVar& state : graph_.states()) {
    const ir::ValueId input = graph_.inputs()[*graph_.FindInput(state.input)].value;
    const ir::ValueId output = graph_.outputs()[*graph_.FindOutput(state.output)].value;
    if (ProbeShape(input) == ProbeShape(output)) continue;
    ShapeConflict conflict{fmt::format("state '{}'", state.name), {}, {}, {}, {}};
    CollectPairs(input, output, {EqualAxes}, conflict);
    if (!conflict.involved.empty()) return conflict;
  }
  return std::nullopt;
}

ShapeConflict ShapeProbe::ConflictAt(const ir::Node& node) const {
  ShapeConflict conflict{PlaceOf(node), {}, {}, {}, {}};
  const AxesMeeting meeting = AxesMeetingIn(node);
  for (std::size_t i = 0; i < node.inputs.size(); ++i) {
    for (std::size_t j = i + 1; j < node.inputs.size(); ++j) {
      CollectPairs(node.inputs[i], node.inputs[j], meeting, conflict);
    }
    if (node.inputs.size() == 1) CollectPairs(node.inputs[0], node.inputs[0], {AnyAxes}, conflict);
  }
  return conflict;
}

void ShapeProbe::Trace(const ir::Node& node) {
  std::set<SymbolId> sources;
  for (const ir::ValueId input : node.inputs) {
    sources.insert(sources_[input.index].begin(), sources_[input.index].end());
  }
  for (const ir::ValueId output : node.outputs) sources_[output.index] = sources;
}

std::vector<SymbolId> ShapeProbe::HiddenSymbols(const ir::Node& node, const ShapeConflict& conflict) const {
  std::set<SymbolId> hidden;
  for (const ir::ValueId input : node.inputs) {
    for (const SymbolId symbol : sources_[input.index]) {
      if (!symbols_.IsHard(symbol)) hidden.insert(symbols_.Root(symbol));
    }
  }
  for (const SymbolId symbol : conflict.involved) hidden.erase(symbols_.Root(symbol));
  return {hidden.begin(), hidden.end()};
}

void ShapeProbe::CollectPairs(ir::ValueId a, ir::ValueId b, const AxesMeeting& meeting, ShapeConflict& conflict) const {
  const Shape a_source = SourceShape(a);
  const Shape b_source = SourceShape(b);
  for (int i = 0; i < a_source.rank(); ++i) {
    const auto a_expr = ExprOf(a, i);
    if (a_expr) conflict.involved.insert(conflict.involved.end(), a_expr->symbols.begin(), a_expr->symbols.end());
    for (int j = 0; j < b_source.rank(); ++j) {
      const auto b_expr = ExprOf(b, j);
      if (b_expr) conflict.involved.insert(conflict.involved.end(), b_expr->symbols.begin(), b_expr->symbols.end());
      if (!a_expr || !b_expr || !meeting.meet(i, a_source.rank(), j, b_source.rank()) || *a_expr == *b_expr) continue;
      if (a_source[i] == b_source[j]) {
        conflict.candidates.push_back({*a_expr, *b_expr});
      } else if (meeting.repeats_ones) {
        const DimExpr& repeated = a_source[i] == 1 ? *a_expr : *b_expr;
        conflict.repeated.insert(conflict.repeated.end(), repeated.symbols.begin(), repeated.symbols.end());
      }
    }
  }
}

// What the numbers of a shape input have to do with the data: a broadcast repeats axes of one and keeps the others.
void ShapeProbe::CollectTargetPairs(const ir::Node& node, const std::vector<DimExpr>& target,
                                    ShapeConflict& conflict) const {
  for (const DimExpr& expr : target) {
    conflict.involved.insert(conflict.involved.end(), expr.symbols.begin(), expr.symbols.end());
  }
  if (node.op->name() != "Broadcast") return;
  const Shape data = SourceShape(node.inputs[0]);
  const int added_axes = static_cast<int>(target.size()) - data.rank();
  for (int axis = std::max(0, -added_axes); axis < data.rank(); ++axis) {
    const auto expr = ExprOf(node.inputs[0], axis);
    const DimExpr& wanted = target[AsSize(axis + added_axes)];
    if (!expr || *expr == wanted) continue;
    if (symbols_.SourceValue(wanted) == data[axis]) {
      conflict.candidates.push_back({*expr, wanted});
    } else if (data[axis] == 1) {
      conflict.repeated.insert(conflict.repeated.end(), expr->symbols.begin(), expr->symbols.end());
    }
  }
}

}  // namespace stepwell::converter
