#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "stepwell/base/error.h"
#include "stepwell/converter/shapes/dim_symbols.h"
#include "stepwell/converter/shapes/number_flow.h"
#include "stepwell/converter/shapes/shape_site.h"
#include "stepwell/ir/builder.h"

namespace stepwell::converter {

// Two dimensions of one node that have the same extent in the source, as products of symbols.
struct DimPair {
  DimExpr a;
  DimExpr b;
};

// Where the probes do not fit, and which dimensions may have to be equal for them to fit.
struct ShapeConflict {
  std::string place;  // for people: "node 'Reshape' (Reshape)"
  std::vector<DimPair> candidates;
  std::vector<SymbolId> repeated;  // symbols of axes of one that the node repeats along the other input: they are one
  std::vector<SymbolId> involved;  // all symbols of the place, for when no candidate is left
  // Symbols that no dimension of the place is a product of, but that one depends on (the height of an image, behind
  // convolutions). Only where there is no candidate.
  std::vector<SymbolId> hidden;
  bool is_of_value = false;  // no shape shows it: elements are read, or numbers computed with
};

// Numbers in a graph's constants that may have been dimensions: (node, element of its shape input) -> symbol.
using SoftNumbers = std::map<std::pair<std::size_t, std::size_t>, SymbolId>;
// What the numbers of a node's ShapeSite have to be computed as: node -> one expression per element.
using ShapeTargets = std::map<std::size_t, std::vector<DimExpr>>;

// A dimension that is cut out of a constant: it can be no longer than the constant is.
struct DimLimit {
  DimExpr dim;
  Dim most = 0;
  std::string place;  // for people
};

// What of a graph the probes do not change.
struct ProbedGraph {
  const ir::Graph& graph;
  std::vector<std::vector<std::optional<SymbolId>>> input_symbols;  // by input and axis
  std::vector<std::optional<ShapeSite>> sites;                      // by node
  NumberFlow flow;
  std::set<SymbolId> free_in_source;  // axes that the source leaves open: it cannot have computed with their extents
};

// Which axes of two inputs of a node have to do with each other.
struct AxesMeeting {
  std::function<bool(int a, int a_rank, int b, int b_rank)> meet;
  bool repeats_ones = false;  // whether an axis of one meets any other
};

// Infers a graph once more with a probe in the place of every symbol.
class ShapeProbe {
 public:
  // `soft` grows as new numbers are met. All must outlive the probe.
  ShapeProbe(const ProbedGraph& probed, DimSymbols& symbols, SoftNumbers& soft);

  // The first place where the probes do not fit; nothing when all do. The others are complete only then.
  std::optional<ShapeConflict> Run();
  const ShapeTargets& targets() const { return targets_; }
  const std::vector<DimLimit>& limits() const { return limits_; }

 private:
  void AddInputs();
  std::optional<ShapeConflict> AddNode(std::size_t index);
  // Adds the node, as it is or with another shape input; the error if it does not fit.
  std::optional<Error> Add(const ir::Node& node, const std::vector<ir::ValueId>& inputs);
  std::optional<Error> AddWithTarget(std::size_t index, std::vector<ir::ValueId> inputs,
                                     const std::vector<DimExpr>& target);
  // The probe of a node's shape input where it is rewritten; nothing where the constant stays.
  std::optional<std::vector<DimExpr>> TargetOf(std::size_t index);
  std::optional<std::vector<DimExpr>> ReshapeTarget(const ir::Node& node);
  std::optional<std::vector<DimExpr>> SoftTarget(std::size_t index, const ShapeSite& site);
  DimExpr SoftExpr(std::size_t index, const ShapeSite& site, std::size_t element);
  std::vector<DimExpr> ComputedExprs(std::size_t index, const ShapeSite& site) const;
  bool IsAnExtent(std::int64_t number) const;
  // Inputs for a slice to `target`: data that reaches at least that far.
  void WidenData(const ir::Node& node, const ShapeSite& site, const std::vector<DimExpr>& target,
                 std::vector<ir::ValueId>& inputs);
  // In shape_probe_values.cc: where a value tells of an extent, not a shape.
  std::optional<ShapeConflict> FixedRead(std::size_t index) const;
  std::optional<ShapeConflict> FixedIndices(const ir::Node& node) const;
  std::optional<ShapeConflict> FixedSlice(std::size_t index) const;
  std::optional<ShapeConflict> MergedRead(const ir::Node& node) const;
  std::optional<ShapeConflict> ExtentInValue(const ir::Node& node) const;
  // The place with those of the symbols that are not free in the source; nothing when all are.
  std::optional<ShapeConflict> ValueConflict(std::string place, const std::vector<SymbolId>& symbols) const;
  bool IsLiteralExtent(Dim extent) const;
  std::optional<ShapeConflict> StateConflict() const;
  ShapeConflict ConflictAt(const ir::Node& node) const;
  std::vector<SymbolId> HiddenSymbols(const ir::Node& node, const ShapeConflict& conflict) const;
  // Says of the node's outputs what their shapes may depend on.
  void Trace(const ir::Node& node);

  ir::ValueId Mapped(ir::ValueId source);
  Shape SourceShape(ir::ValueId source) const { return graph_.value(source).type.shape; }
  Shape ProbeShape(ir::ValueId source) const;
  // Nothing for a dimension that is no product of symbols.
  std::optional<DimExpr> ExprOf(ir::ValueId source, int axis) const;
  void CollectPairs(ir::ValueId a, ir::ValueId b, const AxesMeeting& meeting, ShapeConflict& conflict) const;
  void CollectTargetPairs(const ir::Node& node, const std::vector<DimExpr>& target, ShapeConflict& conflict) const;

  const ProbedGraph& probed_;
  const ir::Graph& graph_;
  DimSymbols& symbols_;
  SoftNumbers& soft_;
  ShapeTargets targets_;
  std::vector<DimLimit> limits_;
  ir::GraphBuilder builder_;
  std::vector<std::optional<ir::ValueId>> mapped_;
  std::vector<std::set<SymbolId>> sources_;  // by value of the graph: the symbols that its shape may depend on
};

}  // namespace stepwell::converter
