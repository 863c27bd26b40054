#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <vector>

#include "stepwell/base/parallel.h"
#include "stepwell/passes/matcher.h"

namespace stepwell::passes {

// Whatever a polynomial does not look into: a value of the graph, or a name that the caller gives to something.
using Atom = std::uint32_t;

// A sum of products of atoms, each with a coefficient that is not 0. A formula has one such form however its additions
// and multiplications are ordered and nested.
class Polynomial {
 public:
  using Monomial = std::vector<Atom>;  // ascending; an atom stands there as often as it is multiplied
  using Terms = std::map<Monomial, double>;

  Polynomial() = default;  // 0
  static Polynomial Constant(double value);
  static Polynomial Of(Atom atom) { return Polynomial(Terms{{{atom}, 1}}); }
  explicit Polynomial(Terms terms) : terms_(std::move(terms)) {}

  const Terms& terms() const { return terms_; }
  // Whether the monomials are the same and each coefficient is within 1e-6 of its own size.
  bool IsNear(const Polynomial& other) const;

  Polynomial operator+(const Polynomial& other) const;
  Polynomial operator*(const Polynomial& other) const;

 private:
  void Add(const Monomial& monomial, double coefficient);

  Terms terms_;
};

// What a value is computed by: sums, differences, products, whole powers up to 4 and uniform constants are looked into,
// everything else is an atom, and so is what `named` gives an expression. Nothing where it has more than 8 terms, nests
// deeper than 8, or has no known rank.
std::optional<Polynomial> PolynomialOf(const Matcher& matcher, ir::ValueId value,
                                       FunctionRef<std::optional<Polynomial>(ir::ValueId)> named);

// The values between which PolynomialOf(value) moves: the value itself, and behind every op that it looks into, its
// operands. At most 32.
std::vector<ir::ValueId> OperandsOf(const Matcher& matcher, ir::ValueId value);

// The nodes that compute with the value through at most `depth` elementwise ops that PolynomialOf looks into, in the
// graph's order.
std::vector<const ir::Node*> FormulasWith(const Matcher& matcher, ir::ValueId value, int depth);

}  // namespace stepwell::passes
