#include "stepwell/converter/shapes/free_shapes.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "stepwell/converter/shapes/dim_symbols.h"
#include "stepwell/converter/shapes/free_dims_writer.h"
#include "stepwell/converter/shapes/shape_probe.h"

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

class ShapeSolver {
 public:
  ShapeSolver(const ir::Graph& graph, const FreeShapesOptions& options)
      : graph_(graph), symbols_(ExtentsOf(graph)), input_symbols_(graph.inputs().size()) {
    for (std::size_t i = 0; i < graph.inputs().size(); ++i) AddInput(i, options);
  }

  // Probes until everything fits; every round unifies or gives up at least one symbol.
  ShapeTargets Solve() {
    while (true) {
      ShapeProbe probe(graph_, input_symbols_, symbols_, soft_);
      if (const auto conflict = probe.Run()) {
        Resolve(*conflict);
      } else if (!symbols_.HardenOrphans()) {
        return probe.targets();
      }
    }
  }

  const DimSymbols& symbols() const { return symbols_; }
  const std::vector<std::vector<std::optional<SymbolId>>>& input_symbols() const { return input_symbols_; }

  std::vector<std::string> Held() const {
    std::vector<std::string> held;
    for (std::size_t i = 0; i < input_symbols_.size(); ++i) {
      for (std::size_t axis = 0; axis < input_symbols_[i].size(); ++axis) {
        const auto symbol = input_symbols_[i][axis];
        if (!symbol || !symbols_.IsHard(*symbol)) continue;
        const auto reason = reasons_.find(*symbol);
        held.push_back(fmt::format("{} axis {} stays {}: {} needs it", graph_.inputs()[i].name, axis,
                                   symbols_.source_value(*symbol),
                                   reason == reasons_.end() ? "another axis equal to it" : reason->second));
      }
    }
    return held;
  }

 private:
  void AddInput(std::size_t index, const FreeShapesOptions& options) {
    const Shape& shape = graph_.value(graph_.inputs()[index].value).type.shape;
    input_symbols_[index].resize(AsSize(std::max(0, shape.rank())));
    for (int axis = 0; axis < std::min(shape.rank(), options.leading_axes); ++axis) {
      if (shape[axis] < 1) continue;
      input_symbols_[index][AsSize(axis)] = symbols_.Add(shape[axis], DimSymbols::Origin{index, axis});
    }
  }

  static bool IsSymbol(const DimExpr& expr) { return expr.symbols.size() == 1 && expr.constant == 1; }

  void Resolve(const ShapeConflict& conflict) {
    for (const DimPair& pair : conflict.candidates) {
      if (IsSymbol(pair.a) && IsSymbol(pair.b)) return symbols_.Unify(pair.a.symbols[0], pair.b.symbols[0]);
    }
    for (const DimPair& pair : conflict.candidates) {
      if (GiveUpExtraUnits(pair.a, conflict) || GiveUpExtraUnits(pair.b, conflict)) return;
    }
    for (const DimPair& pair : conflict.candidates) {
      if (pair.a.is_literal() != pair.b.is_literal())
        return GiveUp((pair.a.is_literal() ? pair.b : pair.a).symbols, conflict);
    }
    GiveUp(conflict.involved, conflict);
  }

  // Of a merged dimension that meets another extent, the last axis of one is the one that was never meant to vary
  // (the single time step of a model that takes one word a call).
  bool GiveUpExtraUnits(const DimExpr& expr, const ShapeConflict& conflict) {
    if (expr.symbols.size() < 2) return false;
    for (auto symbol = expr.symbols.rbegin(); symbol != expr.symbols.rend(); ++symbol) {
      if (symbols_.source_value(*symbol) != 1) continue;
      GiveUp({*symbol}, conflict);
      return true;
    }
    return false;
  }

  void GiveUp(const std::vector<SymbolId>& given_up, const ShapeConflict& conflict) {
    for (const SymbolId symbol : given_up) {
      if (symbols_.IsHard(symbol)) continue;
      symbols_.Harden(symbol);
      reasons_.emplace(symbols_.Root(symbol), conflict.place);
    }
  }

  const ir::Graph& graph_;
  DimSymbols symbols_;
  std::vector<std::vector<std::optional<SymbolId>>> input_symbols_;
  SoftNumbers soft_;
  std::map<SymbolId, std::string> reasons_;
};

}  // namespace

FreeShapesResult FreeShapes(const ir::Graph& graph, const FreeShapesOptions& options) {
  ShapeSolver solver(graph, options);
  const ShapeTargets targets = solver.Solve();
  return {WriteFreeDims(graph, solver.symbols(), solver.input_symbols(), targets), solver.Held()};
}

}  // namespace stepwell::converter
