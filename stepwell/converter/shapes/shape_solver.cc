#include "stepwell/converter/shapes/shape_solver.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <set>
#include <utility>

namespace stepwell::converter {
namespace {

// Probing again costs as much as inferring the graph; a graph with more ambiguities than this gets the first solution
// that fits.
constexpr int kMostProbesForAlternatives = 100;

// Symbols that a conflict may make equal, or make constants.
struct Step {
  std::optional<std::pair<SymbolId, SymbolId>> unified;
  std::vector<SymbolId> given_up;
};

struct Attempt {
  DimSymbols symbols;
  SoftNumbers soft;
  std::map<SymbolId, HoldingPlace> reasons;

  void Take(const Step& step, const HoldingPlace& place) {
    if (step.unified) symbols.Unify(step.unified->first, step.unified->second);
    for (const SymbolId symbol : step.given_up) {
      if (symbols.IsHard(symbol)) continue;
      symbols.Harden(symbol);
      reasons.emplace(symbols.Root(symbol), place);
    }
  }
};

bool IsSymbol(const DimExpr& expr) { return expr.symbols.size() == 1 && expr.constant == 1; }

// Of a merged dimension that meets another extent, the last axis of one is the one that was never meant to vary (the
// single time step of a model that takes one word a call).
std::optional<SymbolId> LastUnit(const DimSymbols& symbols, const DimExpr& expr) {
  if (expr.symbols.size() < 2) return std::nullopt;
  for (auto symbol = expr.symbols.rbegin(); symbol != expr.symbols.rend(); ++symbol) {
    if (symbols.source_value(*symbol) == 1) return *symbol;
  }
  return std::nullopt;
}

// In the order in which they are tried.
std::vector<Step> StepsFor(const DimSymbols& symbols, const ShapeConflict& conflict) {
  std::vector<Step> steps;
  if (!conflict.repeated.empty()) return {{std::nullopt, conflict.repeated}};
  for (const DimPair& pair : conflict.candidates) {
    if (IsSymbol(pair.a) && IsSymbol(pair.b)) steps.push_back({std::pair(pair.a.symbols[0], pair.b.symbols[0]), {}});
  }
  for (const DimPair& pair : conflict.candidates) {
    for (const DimExpr* expr : {&pair.a, &pair.b}) {
      if (const auto unit = LastUnit(symbols, *expr)) steps.push_back({std::nullopt, {*unit}});
    }
  }
  for (const DimPair& pair : conflict.candidates) {
    if (pair.a.is_literal() == pair.b.is_literal()) continue;
    steps.push_back({std::nullopt, (pair.a.is_literal() ? pair.b : pair.a).symbols});
  }
  if (!steps.empty()) return steps;
  for (auto symbol = conflict.hidden.rbegin(); symbol != conflict.hidden.rend(); ++symbol) {
    steps.push_back({std::nullopt, {*symbol}});
  }
  if (!conflict.involved.empty()) steps.push_back({std::nullopt, conflict.involved});
  return steps;
}

class ShapeSolver {
 public:
  explicit ShapeSolver(const ProbedGraph& probed) : probed_(probed) {}

  SolvedShapes Run(DimSymbols symbols) {
    Continue({std::move(symbols), {}, {}});
    while (cost_ > 0 && !pending_.empty() && probes_ < kMostProbesForAlternatives) {
      const auto cheapest =
          std::min_element(pending_.rbegin(), pending_.rend(),
                           [&](const Attempt& a, const Attempt& b) { return Cost(a.symbols) < Cost(b.symbols); });
      Attempt attempt = std::move(*cheapest);
      pending_.erase(std::next(cheapest).base());
      Continue(std::move(attempt));
    }
    return *std::move(best_);
  }

 private:
  // Probes until everything fits, or until the attempt is no better than the best one; every round unifies or gives up
  // at least one symbol.
  void Continue(Attempt attempt) {
    while (!best_ || Cost(attempt.symbols) < cost_) {
      ShapeProbe probe(probed_, attempt.symbols, attempt.soft);
      ++probes_;
      if (const auto conflict = probe.Run()) {
        attempt = Resolved(*conflict, std::move(attempt));
      } else if (!attempt.symbols.HardenOrphans()) {
        cost_ = Cost(attempt.symbols);
        best_ = {std::move(attempt.symbols), probe.targets(), probe.limits(), std::move(attempt.reasons)};
        return;
      }
    }
  }

  // After the first step; the attempts that the other steps make are kept for later. Steps in another order come to the
  // same.
  Attempt Resolved(const ShapeConflict& conflict, Attempt attempt) {
    const HoldingPlace place{conflict.place, conflict.is_of_value};
    const std::vector<Step> steps = StepsFor(attempt.symbols, conflict);
    for (auto step = steps.rbegin(); step + 1 != steps.rend(); ++step) {
      Attempt other = attempt;
      other.Take(*step, place);
      if (met_.insert(other.symbols.Roots()).second) pending_.push_back(std::move(other));
    }
    attempt.Take(steps[0], place);
    met_.insert(attempt.symbols.Roots());
    return attempt;
  }

  // How many axes of inputs are not free.
  int Cost(const DimSymbols& symbols) const {
    int cost = 0;
    for (const auto& axes : probed_.input_symbols) {
      for (const auto& symbol : axes) cost += symbol && symbols.IsHard(*symbol) ? 1 : 0;
    }
    return cost;
  }

  const ProbedGraph& probed_;
  std::vector<Attempt> pending_;
  std::set<std::vector<std::optional<SymbolId>>> met_;  // DimSymbols::Roots() of all attempts
  std::optional<SolvedShapes> best_;
  int cost_ = 0;
  int probes_ = 0;
};

}  // namespace

SolvedShapes SolveShapes(const ProbedGraph& probed, DimSymbols symbols) {
  return ShapeSolver(probed).Run(std::move(symbols));
}

}  // namespace stepwell::converter
