#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "stepwell/base/shape.h"

namespace stepwell::converter {

using SymbolId = std::size_t;

// A dimension as a product: a constant times symbols, in the order in which the merged axes stood (row-major).
struct DimExpr {
  Dim constant = 1;
  std::vector<SymbolId> symbols;
  bool is_literal() const { return symbols.empty(); }
  friend bool operator==(const DimExpr&, const DimExpr&) = default;
};

// The dimensions of a graph that may not be constants after all.
//
// Each symbol has the value it has in the source and a *probe*: a prime that no dimension of the graph shares. A graph
// whose shapes are inferred with probes shows in every dimension which symbols it is made of. Symbols that meet are
// unified; one that meets a constant (the height of a weight matrix) is hard: its probe is its source value again.
class DimSymbols {
 public:
  // The input and axis a symbol can be read from when the model runs.
  struct Origin {
    std::size_t input = 0;
    int axis = 0;
  };

  // `avoid`: extents that occur in the graph; no probe divides them.
  explicit DimSymbols(std::vector<Dim> avoid) : avoid_(std::move(avoid)) {}

  // A symbol without origin stands for a number in a constant that may have been a dimension.
  SymbolId Add(Dim source_value, std::optional<Origin> origin);
  // Both have the same source value. The class is hard if either is; its origin is that of the first input.
  void Unify(SymbolId a, SymbolId b);
  void Harden(SymbolId symbol);
  // By symbol: its root, or nothing where it is hard. Equal for two sets of symbols exactly when they say the same.
  std::vector<std::optional<SymbolId>> Roots() const;
  // Hardens all symbols that no input can supply; tells whether there were any that were not hard.
  bool HardenOrphans();

  SymbolId Root(SymbolId symbol) const;
  Dim source_value(SymbolId symbol) const { return symbols_[symbol].source_value; }
  Dim Probe(SymbolId symbol) const;
  bool IsHard(SymbolId symbol) const { return symbols_[Root(symbol)].hard; }
  std::optional<Origin> origin(SymbolId symbol) const { return symbols_[Root(symbol)].origin; }

  Dim Probe(const DimExpr& expr) const;
  Dim SourceValue(const DimExpr& expr) const;

  // The product that a dimension is, from what it is in the source and with probes; nothing when it is no product of
  // symbols (a sum, such as frames + 1).
  std::optional<DimExpr> ExprOf(Dim source, Dim probe) const;
  // Remembers in which order the symbols of a merged dimension stand.
  void RememberOrder(const DimExpr& expr);

 private:
  struct Symbol {
    Dim source_value = 0;
    Dim prime = 0;
    SymbolId parent = 0;
    bool hard = false;
    std::optional<Origin> origin;
  };
  Dim NextPrime();

  std::vector<Symbol> symbols_;
  std::vector<Dim> avoid_;
  Dim last_prime_ = 1000;
  std::map<std::vector<SymbolId>, std::vector<SymbolId>> orders_;  // sorted roots -> roots as they stand
};

// Spreads the factors of a tensor's dimensions, in row-major order, over the dimensions `target` that they had in the
// source after a Reshape; nothing when they do not divide evenly.
//
// A dimension of one is where a symbol of value one goes, if such a factor is next; a symbol of value one that no such
// dimension waits for joins the dimension before it.
std::optional<std::vector<DimExpr>> SpreadFactors(const DimSymbols& symbols, std::span<const DimExpr> source_dims,
                                                  std::span<const Dim> target);

}  // namespace stepwell::converter
