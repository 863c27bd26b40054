#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "stepwell/base/error.h"
#include "stepwell/converter/shapes/dim_symbols.h"
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
  std::vector<SymbolId> involved;  // all symbols of the place, for when no candidate is left
};

// Numbers in a graph's constants that may have been dimensions: (node, element of its shape input) -> symbol.
using SoftNumbers = std::map<std::pair<std::size_t, std::size_t>, SymbolId>;
// What the shape input of a node has to be computed as: node -> one expression per element.
using ShapeTargets = std::map<std::size_t, std::vector<DimExpr>>;

// Infers a graph once more with a probe in the place of every symbol.
class ShapeProbe {
 public:
  // `input_symbols[i]` has one entry per axis of input i. `soft` grows as new numbers are met.
  ShapeProbe(const ir::Graph& graph, const std::vector<std::vector<std::optional<SymbolId>>>& input_symbols,
             DimSymbols& symbols, SoftNumbers& soft);

  // The first place where the probes do not fit; nothing when all do. targets() is complete only then.
  std::optional<ShapeConflict> Run();
  const ShapeTargets& targets() const { return targets_; }

 private:
  struct ValueDims;

  void AddInputs(const std::vector<std::vector<std::optional<SymbolId>>>& input_symbols);
  std::optional<ShapeConflict> AddNode(std::size_t index);
  // Adds the node, as it is or with another shape input; the error if it does not fit.
  std::optional<Error> Add(const ir::Node& node, const std::vector<ir::ValueId>& inputs);
  std::optional<Error> AddWithTarget(std::size_t index, std::vector<ir::ValueId> inputs,
                                     const std::vector<DimExpr>& target);
  // The probe of a node's shape input where it is rewritten; nothing where the constant stays.
  std::optional<std::vector<DimExpr>> TargetOf(std::size_t index);
  std::optional<std::vector<DimExpr>> ReshapeTarget(const ir::Node& node);
  std::optional<std::vector<DimExpr>> SoftTarget(std::size_t index, const std::vector<std::int64_t>& numbers);
  std::optional<ShapeConflict> FixedRead(const ir::Node& node) const;
  std::optional<ShapeConflict> StateConflict() const;
  ShapeConflict ConflictAt(const ir::Node& node) const;

  ir::ValueId Mapped(ir::ValueId source);
  Shape SourceShape(ir::ValueId source) const { return graph_.value(source).type.shape; }
  Shape ProbeShape(ir::ValueId source) const;
  // Nothing for a dimension that is no product of symbols.
  std::optional<DimExpr> ExprOf(ir::ValueId source, int axis) const;
  void CollectPairs(ir::ValueId a, ir::ValueId b, bool aligned, ShapeConflict& conflict) const;

  const ir::Graph& graph_;
  DimSymbols& symbols_;
  SoftNumbers& soft_;
  ShapeTargets targets_;
  ir::GraphBuilder builder_;
  std::vector<std::optional<ir::ValueId>> mapped_;
};

// The input of a node that holds a shape or a number of elements, for the ops whose shape input may be rewritten.
std::optional<std::size_t> ShapeInputOf(const ir::Node& node);

}  // namespace stepwell::converter
