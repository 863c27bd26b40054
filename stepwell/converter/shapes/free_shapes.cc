#include "stepwell/converter/shapes/free_shapes.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "stepwell/converter/shapes/dim_symbols.h"
#include "stepwell/converter/shapes/free_dims_writer.h"
#include "stepwell/converter/shapes/image_inputs.h"
#include "stepwell/converter/shapes/shape_probe.h"
#include "stepwell/converter/shapes/shape_solver.h"

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

// The graph, with a symbol for every leading axis of its inputs and for every axis of its images.
ProbedGraph ToProbe(const ir::Graph& graph, const FreeShapesOptions& options, DimSymbols& symbols) {
  ProbedGraph probed{graph, {}, {}};
  const std::vector<bool> is_image = FindImageInputs(graph);
  for (std::size_t i = 0; i < graph.inputs().size(); ++i) {
    const Shape& shape = graph.value(graph.inputs()[i].value).type.shape;
    auto& axes = probed.input_symbols.emplace_back(AsSize(std::max(0, shape.rank())));
    const int axes_that_may_vary = is_image[i] ? shape.rank() : std::min(shape.rank(), options.leading_axes);
    for (int axis = 0; axis < axes_that_may_vary; ++axis) {
      if (shape[axis] >= 1) axes[AsSize(axis)] = symbols.Add(shape[axis], DimSymbols::Origin{i, axis});
    }
  }
  for (const ir::Node& node : graph.nodes()) probed.sites.push_back(ShapeSiteOf(graph, node));
  // A matrix whose elements are all the same is a matrix: its rows are features, whatever their number.
  for (const ir::Node& node : graph.nodes()) {
    const bool takes_weights = node.op->name() == "MatMul" || node.op->name() == "Convolution";
    if (takes_weights && graph.constant(node.inputs[1]) != nullptr) {
      probed.sites[graph.value(node.inputs[1]).producer->index].reset();
    }
  }
  return probed;
}

std::vector<std::string> HeldAxes(const ProbedGraph& probed, const SolvedShapes& solved) {
  std::vector<std::string> held;
  for (std::size_t i = 0; i < probed.input_symbols.size(); ++i) {
    for (std::size_t axis = 0; axis < probed.input_symbols[i].size(); ++axis) {
      const auto symbol = probed.input_symbols[i][axis];
      if (!symbol || !solved.symbols.IsHard(*symbol)) continue;
      const auto reason = solved.reasons.find(solved.symbols.Root(*symbol));
      held.push_back(fmt::format("{} axis {} stays {}: {} needs it", probed.graph.inputs()[i].name, axis,
                                 solved.symbols.source_value(*symbol),
                                 reason == solved.reasons.end() ? "another axis equal to it" : reason->second));
    }
  }
  return held;
}

}  // namespace

FreeShapesResult FreeShapes(const ir::Graph& graph, const FreeShapesOptions& options) {
  DimSymbols symbols(ExtentsOf(graph));
  const ProbedGraph probed = ToProbe(graph, options, symbols);
  const SolvedShapes solved = SolveShapes(probed, std::move(symbols));
  return {WriteFreeDims(probed, solved), HeldAxes(probed, solved)};
}

}  // namespace stepwell::converter
