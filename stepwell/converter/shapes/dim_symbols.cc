#include "stepwell/converter/shapes/dim_symbols.h"

#include <algorithm>

#include "stepwell/base/checked.h"

namespace stepwell::converter {
namespace {

bool IsPrime(Dim candidate) {
  for (Dim divisor = 2; divisor * divisor <= candidate; ++divisor) {
    if (candidate % divisor == 0) return false;
  }
  return true;
}

}  // namespace

Dim DimSymbols::NextPrime() {
  const auto clashes = [&](Dim prime) {
    return std::any_of(avoid_.begin(), avoid_.end(), [&](Dim dim) { return dim != 0 && dim % prime == 0; });
  };
  do {
    ++last_prime_;
  } while (!IsPrime(last_prime_) || clashes(last_prime_));
  return last_prime_;
}

SymbolId DimSymbols::Add(Dim source_value, std::optional<Origin> origin) {
  const SymbolId id = symbols_.size();
  // A slice that lies inside the source's extent must lie inside the probe too.
  last_prime_ = std::max(last_prime_, source_value);
  symbols_.push_back({source_value, NextPrime(), id, false, origin});
  return id;
}

SymbolId DimSymbols::Root(SymbolId symbol) const {
  while (symbols_[symbol].parent != symbol) symbol = symbols_[symbol].parent;
  return symbol;
}

void DimSymbols::Unify(SymbolId a, SymbolId b) {
  const SymbolId root = std::min(Root(a), Root(b));
  const SymbolId other = std::max(Root(a), Root(b));
  STEPWELL_CHECK(symbols_[root].source_value == symbols_[other].source_value);
  if (root == other) return;
  symbols_[other].parent = root;
  symbols_[root].hard = symbols_[root].hard || symbols_[other].hard;
  if (!symbols_[root].origin) symbols_[root].origin = symbols_[other].origin;
}

void DimSymbols::Harden(SymbolId symbol) { symbols_[Root(symbol)].hard = true; }

std::vector<std::optional<SymbolId>> DimSymbols::Roots() const {
  std::vector<std::optional<SymbolId>> roots;
  for (SymbolId id = 0; id < symbols_.size(); ++id) {
    roots.push_back(IsHard(id) ? std::nullopt : std::optional(Root(id)));
  }
  return roots;
}

bool DimSymbols::HardenOrphans() {
  bool any = false;
  for (SymbolId id = 0; id < symbols_.size(); ++id) {
    Symbol& symbol = symbols_[id];
    if (symbol.parent != id || symbol.hard || symbol.origin) continue;
    symbol.hard = true;
    any = true;
  }
  return any;
}

Dim DimSymbols::Probe(SymbolId symbol) const {
  const Symbol& root = symbols_[Root(symbol)];
  return root.hard ? root.source_value : root.prime;
}

Dim DimSymbols::Probe(const DimExpr& expr) const {
  Dim product = expr.constant;
  for (const SymbolId symbol : expr.symbols) product = CheckedMul(product, Probe(symbol));
  return product;
}

Dim DimSymbols::SourceValue(const DimExpr& expr) const {
  Dim product = expr.constant;
  for (const SymbolId symbol : expr.symbols) product = CheckedMul(product, source_value(symbol));
  return product;
}

std::optional<DimExpr> DimSymbols::ExprOf(Dim source, Dim probe) const {
  DimExpr expr;
  Dim rest = probe;
  for (SymbolId id = 0; id < symbols_.size(); ++id) {
    const Symbol& symbol = symbols_[id];
    if (symbol.parent != id || symbol.hard) continue;
    for (; rest != 0 && rest % symbol.prime == 0; rest /= symbol.prime) expr.symbols.push_back(id);
  }
  expr.constant = rest;
  if (SourceValue(expr) != source) return std::nullopt;
  const auto order = orders_.find(expr.symbols);
  if (order != orders_.end()) expr.symbols = order->second;
  return expr;
}

void DimSymbols::RememberOrder(const DimExpr& expr) {
  std::vector<SymbolId> standing;
  for (const SymbolId symbol : expr.symbols) {
    if (!IsHard(symbol)) standing.push_back(Root(symbol));
  }
  std::vector<SymbolId> sorted = standing;
  std::sort(sorted.begin(), sorted.end());
  if (sorted.size() > 1) orders_.emplace(std::move(sorted), std::move(standing));
}

namespace {

// The factors of all dimensions in one row, consumed from the front. A factor is a symbol, or a constant that may be
// taken in parts.
class FactorRow {
 public:
  FactorRow(const DimSymbols& symbols, std::span<const DimExpr> dims) : symbols_(symbols) {
    for (const DimExpr& dim : dims) {
      for (const SymbolId symbol : dim.symbols) row_.push_back({symbols.source_value(symbol), symbol});
      if (dim.constant != 1) row_.push_back({dim.constant, std::nullopt});
    }
  }

  bool empty() const { return next_ == row_.size(); }
  bool NextIsUnitSymbol() const { return !empty() && row_[next_].symbol && row_[next_].value == 1; }

  void TakeSymbol(DimExpr& into) { into.symbols.push_back(*row_[next_++].symbol); }

  // Takes factors until `into` is worth `target`; false when they do not fit.
  bool TakeUpTo(Dim target, DimExpr& into) {
    while (symbols_.SourceValue(into) != target) {
      const Dim missing = target / symbols_.SourceValue(into);
      if (empty() || target % symbols_.SourceValue(into) != 0) return false;
      Factor& factor = row_[next_];
      if (factor.symbol) {
        if (missing % factor.value != 0) return false;
        TakeSymbol(into);
        continue;
      }
      const Dim part = factor.value <= missing ? factor.value : missing;
      if (factor.value % part != 0 || missing % part != 0) return false;
      into.constant *= part;
      factor.value /= part;
      if (factor.value == 1) ++next_;
    }
    return true;
  }

 private:
  struct Factor {
    Dim value;
    std::optional<SymbolId> symbol;
  };
  const DimSymbols& symbols_;
  std::vector<Factor> row_;
  std::size_t next_ = 0;
};

}  // namespace

std::optional<std::vector<DimExpr>> SpreadFactors(const DimSymbols& symbols, std::span<const DimExpr> source_dims,
                                                  std::span<const Dim> target) {
  FactorRow row(symbols, source_dims);
  std::vector<DimExpr> result(target.size());
  for (std::size_t i = 0; i < target.size(); ++i) {
    if (target[i] < 1) return std::nullopt;
    if (target[i] == 1 && row.NextIsUnitSymbol()) row.TakeSymbol(result[i]);
    if (!row.TakeUpTo(target[i], result[i])) return std::nullopt;
    const bool next_waits = i + 1 < target.size() && target[i + 1] == 1;
    while (row.NextIsUnitSymbol() && !next_waits) row.TakeSymbol(result[i]);
  }
  if (!row.empty()) return std::nullopt;
  return result;
}

}  // namespace stepwell::converter
