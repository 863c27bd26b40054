#include "stepwell/converter/shapes/free_shapes.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <set>

#include "stepwell/converter/shapes/dim_symbols.h"
#include "stepwell/converter/shapes/free_dims_writer.h"
#include "stepwell/converter/shapes/image_inputs.h"
#include "stepwell/converter/shapes/length_values.h"
#include "stepwell/converter/shapes/shape_probe.h"
#include "stepwell/converter/shapes/shape_solver.h"
#include "stepwell/passes/rewriter.h"

namespace stepwell::converter {
namespace {

// Every extent that occurs in the graph, so that no probe can be mistaken for one.
std::vector<Dim> ExtentsOf(const ir::Graph& graph) {
  std::set<Dim> extents;
  for (std::uint32_t i = 0; i < graph.num_values(); ++i) {
    for (const Dim dim : graph.value(ir::ValueId{i}).type.shape.dims()) extents.insert(dim);
  }
  return {extents.begin(), extents.end()};
}

// A large prime, so that no extent in the graph is one or a multiple of it; another one for each axis.
constexpr std::array<Dim, Shape::kMaxRank> kStandIns = {100003, 100019, 100043, 100049, 100057, 100069, 100103, 100109};

bool IsStandIn(Dim dim, int axis) { return dim == kStandIns[AsSize(axis)]; }

bool HasFreeInputs(const ir::Graph& graph) {
  return std::any_of(graph.inputs().begin(), graph.inputs().end(),
                     [&](const ir::Input& input) { return !graph.value(input.value).type.shape.is_static(); });
}

// The graph with extents for the axes that are free already, so that what the source computes from them can be told
// from what it wrote into constants.
ir::Graph WithStandIns(const ir::Graph& graph) {
  passes::Rewriter rewriter(graph);
  for (const ir::Input& input : graph.inputs()) {
    TensorType type = graph.value(input.value).type;
    for (int axis = 0; axis < type.shape.rank(); ++axis) {
      type.shape[axis] = MergedDim(type.shape[axis], kStandIns[AsSize(axis)]);
    }
    rewriter.CopyInput(input, type);
  }
  for (const ir::Node& node : graph.nodes()) rewriter.CopyNode(node);
  return std::move(rewriter).Finish();
}

// The graph, with a symbol for every leading axis of its inputs, for every axis of its images, and for those that are
// free already.
ProbedGraph ToProbe(const ir::Graph& graph, const FreeShapesOptions& options, DimSymbols& symbols) {
  ProbedGraph probed{graph, {}, {}, FindNumberFlow(graph), {}};
  const std::vector<bool> is_image = FindImageInputs(graph);
  for (std::size_t i = 0; i < graph.inputs().size(); ++i) {
    const Shape& shape = graph.value(graph.inputs()[i].value).type.shape;
    auto& axes = probed.input_symbols.emplace_back(AsSize(std::max(0, shape.rank())));
    if (options.fixed_inputs.contains(graph.inputs()[i].name)) continue;
    for (int axis = 0; axis < shape.rank(); ++axis) {
      const bool may_vary = is_image[i] || axis < options.leading_axes || IsStandIn(shape[axis], axis);
      if (!may_vary || shape[axis] < 1) continue;
      axes[AsSize(axis)] = symbols.Add(shape[axis], DimSymbols::Origin{i, axis});
      if (IsStandIn(shape[axis], axis)) probed.free_in_source.insert(*axes[AsSize(axis)]);
    }
  }
  for (const ir::Node& node : graph.nodes()) {
    auto site = ShapeSiteOf(graph, node);
    probed.sites.push_back(site ? std::move(site) : StrideSiteOf(graph, probed.flow, node));
  }
  // A matrix whose elements are all the same is a matrix: its rows are features, whatever their number.
  for (const ir::Node& node : graph.nodes()) {
    const bool takes_weights = node.op->name() == "MatMul" || node.op->name() == "Convolution";
    if (takes_weights && graph.constant(node.inputs[1]) != nullptr) {
      probed.sites[graph.value(node.inputs[1]).producer->index].reset();
    }
  }
  return probed;
}

// Says of the axes that are not free which node needs them.
void TellHeldAxes(const ProbedGraph& probed, const SolvedShapes& solved, FreeShapesResult& result) {
  std::set<SymbolId> told;
  for (std::size_t i = 0; i < probed.input_symbols.size(); ++i) {
    for (std::size_t axis = 0; axis < probed.input_symbols[i].size(); ++axis) {
      const auto symbol = probed.input_symbols[i][axis];
      if (!symbol || !solved.symbols.IsHard(*symbol)) continue;
      const SymbolId root = solved.symbols.Root(*symbol);
      const auto reason = solved.reasons.find(root);
      const bool is_known = reason != solved.reasons.end();
      result.held.push_back(fmt::format("{} axis {} stays {}: {} needs it", probed.graph.inputs()[i].name, axis,
                                        solved.symbols.source_value(*symbol),
                                        is_known ? reason->second.place : "another axis equal to it"));
      if (!is_known || !reason->second.is_of_value || !told.insert(root).second) continue;
      result.held_by_values.push_back(result.held.back());
    }
  }
}

bool HoldsStandIn(const ProbedGraph& probed, const SolvedShapes& solved) {
  for (const auto& axes : probed.input_symbols) {
    for (std::size_t axis = 0; axis < axes.size(); ++axis) {
      const bool is_free = !axes[axis] || !solved.symbols.IsHard(*axes[axis]);
      if (!is_free && IsStandIn(solved.symbols.source_value(*axes[axis]), static_cast<int>(axis))) return true;
    }
  }
  return false;
}

// Nothing where an axis that is free in the source would be held.
std::optional<FreeShapesResult> FreeStaticShapes(const ir::Graph& graph, const FreeShapesOptions& options) {
  DimSymbols symbols(ExtentsOf(graph));
  const ProbedGraph probed = ToProbe(graph, options, symbols);
  const SolvedShapes solved = SolveShapes(probed, std::move(symbols));
  if (HoldsStandIn(probed, solved)) return std::nullopt;
  FreeShapesResult result{WriteFreeDims(probed, solved), {}, {}};
  TellHeldAxes(probed, solved, result);
  return result;
}

}  // namespace

FreeShapesResult FreeShapes(const ir::Graph& graph, const FreeShapesOptions& options) {
  if (!HasFreeInputs(graph)) return FreeStaticShapes(graph, options).value();
  try {
    if (auto freed = FreeStaticShapes(WithStandIns(graph), options)) return *std::move(freed);
  } catch (const Error&) {
    // The source's free axes cannot have just any extents; which ones, only a call tells.
  }
  return {graph, {}, {}};
}

}  // namespace stepwell::converter
