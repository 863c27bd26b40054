#include "stepwell/passes/gelu_pattern.h"

#include <cmath>
#include <numbers>

#include "stepwell/ops/elementwise/unary.h"
#include "stepwell/passes/polynomial.h"

namespace stepwell::passes {
namespace {

using Form = ops::activation::Gelu::Form;

// From the Tanh or Erf to the result: + 1, * 0.5, * x in any order, and as many again where they are spread out.
constexpr int kFormulaDepth = 5;

std::optional<Form> FormOf(const ir::Node& node) {
  if (ir::As<ops::elementwise::Tanh>(*node.op) != nullptr) return Form::kTanh;
  if (ir::As<ops::elementwise::Erf>(*node.op) != nullptr) return Form::kErf;
  return std::nullopt;
}

// What stands below the Tanh or Erf, for a positive or a negative sign (both functions are odd).
Polynomial ArgumentOf(Form form, Atom x, double sign) {
  if (form == Form::kErf) return Polynomial(Polynomial::Terms{{{x}, sign / std::numbers::sqrt2}});
  const double root = sign * std::sqrt(2 * std::numbers::inv_pi);
  return Polynomial(Polynomial::Terms{{{x}, root}, {{x, x, x}, 0.044715 * root}});
}

// x / 2 + sign * x * function / 2.
Polynomial ResultOf(Atom x, Atom function, double sign) {
  return Polynomial(Polynomial::Terms{{{x}, 0.5}, {{std::min(x, function), std::max(x, function)}, sign / 2}});
}

std::optional<Polynomial> PolynomialIn(const Matcher& matcher, ir::ValueId value, ir::ValueId x, ir::ValueId function) {
  return PolynomialOf(matcher, value, [&](ir::ValueId part) -> std::optional<Polynomial> {
    if (part == x || part == function) return Polynomial::Of(part.index);
    return std::nullopt;
  });
}

const ir::Node* FindResult(const Matcher& matcher, ir::ValueId x, ir::ValueId function, double sign) {
  const Polynomial expected = ResultOf(x.index, function.index, sign);
  for (const ir::Node* node : FormulasWith(matcher, function, kFormulaDepth)) {
    const auto formula = PolynomialIn(matcher, node->outputs[0], x, function);
    if (!formula || !formula->IsNear(expected)) continue;
    if (matcher.ShapeOf(node->outputs[0]) == matcher.ShapeOf(x)) return node;
  }
  return nullptr;
}

}  // namespace

std::optional<GeluPattern> MatchGelu(const Matcher& matcher, const ir::Node& node) {
  const auto form = FormOf(node);
  if (!form || matcher.IsConstant(node.outputs[0])) return std::nullopt;
  const ir::ValueId function = node.outputs[0];
  for (const ir::ValueId x : OperandsOf(matcher, node.inputs[0])) {
    const auto argument = PolynomialIn(matcher, node.inputs[0], x, function);
    if (!argument) continue;
    for (const double sign : {1.0, -1.0}) {
      if (!argument->IsNear(ArgumentOf(*form, x.index, sign))) continue;
      if (const ir::Node* result = FindResult(matcher, x, function, sign)) return GeluPattern{*form, x, result};
    }
  }
  return std::nullopt;
}

}  // namespace stepwell::passes
