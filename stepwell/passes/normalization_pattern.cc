#include "stepwell/passes/normalization_pattern.h"

#include <algorithm>
#include <limits>

#include "stepwell/ops/axes.h"
#include "stepwell/ops/elementwise/binary.h"
#include "stepwell/ops/elementwise/unary.h"
#include "stepwell/ops/reduce/reduce.h"
#include "stepwell/passes/polynomial.h"

namespace stepwell::passes {
namespace {

using ops::elementwise::Add;
using ops::elementwise::Divide;
using ops::elementwise::Multiply;
using ops::elementwise::Power;
using ops::elementwise::SquaredDifference;
using ops::elementwise::Subtract;
using ops::normalize::Mvn;
using ops::reduce::ReduceMean;

// From the standard deviation to the result: 1 / it, * scale, * x or mean, - and +, and some more.
constexpr int kFormulaDepth = 6;
// Stands for 1 / standard deviation.
constexpr Atom kFactor = std::numeric_limits<Atom>::max();

struct Moments {
  ir::ValueId x;
  ir::ValueId mean;
  ir::ValueId variance;
  ir::ValueId axes;
};

// The axes of a mean that keeps them, if they are the last ones.
std::optional<std::vector<int>> LastAxes(const Matcher& matcher, const ir::Node& node) {
  const auto* mean = ir::As<ReduceMean>(*node.op);
  if (mean == nullptr || !mean->keep_dims || !matcher.IsConstant(node.inputs[1])) return std::nullopt;
  const Shape& shape = matcher.ShapeOf(node.inputs[0]);
  const ir::ConstantData* constant = matcher.graph().constant(node.inputs[1]);
  const auto numbers = constant == nullptr ? std::nullopt : constant->Ints();
  if (!shape.has_rank() || !numbers) return std::nullopt;
  const std::vector<int> axes = ops::NormalizedAxes(*numbers, shape.rank());
  const bool are_last = !axes.empty() && axes.front() == shape.rank() - static_cast<int>(axes.size());
  return are_last ? std::optional(axes) : std::nullopt;
}

struct Difference {
  ir::ValueId x;
  ir::ValueId mean;
};

// What the squared value is the difference of, in both orders.
std::vector<Difference> SquaredDifferences(const Matcher& matcher, ir::ValueId square) {
  const ir::Node* difference = matcher.Producer<SquaredDifference>(square);
  if (const ir::Node* product = matcher.Producer<Multiply>(square)) {
    if (product->inputs[0] == product->inputs[1]) difference = matcher.Producer<Subtract>(product->inputs[0]);
  }
  if (const ir::Node* power = matcher.Producer<Power>(square)) {
    if (matcher.UniformValue(power->inputs[1]) == 2) difference = matcher.Producer<Subtract>(power->inputs[0]);
  }
  if (difference == nullptr) return {};
  return {{difference->inputs[0], difference->inputs[1]}, {difference->inputs[1], difference->inputs[0]}};
}

std::optional<Moments> MatchMoments(const Matcher& matcher, const ir::Node& node) {
  const auto axes = LastAxes(matcher, node);
  if (!axes) return std::nullopt;
  for (const auto& [x, mean] : SquaredDifferences(matcher, node.inputs[0])) {
    const ir::Node* mean_node = matcher.Producer<ReduceMean>(mean);
    if (mean_node == nullptr || mean_node->inputs[0] != x || LastAxes(matcher, *mean_node) != axes) continue;
    return Moments{x, mean, node.outputs[0], node.inputs[1]};
  }
  return std::nullopt;
}

// Standard deviations that are computed from one variance.
struct Deviation {
  double eps = 0;
  Mvn::EpsMode eps_mode = Mvn::EpsMode::kInsideSqrt;
  std::vector<ir::ValueId> values;    // it
  std::vector<ir::ValueId> inverses;  // 1 / it
};

std::optional<double> ExponentOf(const Matcher& matcher, const ir::Node& node) {
  if (ir::As<ops::elementwise::Sqrt>(*node.op) != nullptr) return 0.5;
  return ir::As<Power>(*node.op) == nullptr ? std::nullopt : matcher.UniformValue(node.inputs[1]);
}

// The value that adds a positive number to `value`, and the number.
struct Raised {
  ir::ValueId value;
  double by = 0;
};

std::vector<Raised> RaisedBy(const Matcher& matcher, ir::ValueId value) {
  std::vector<Raised> found;
  for (const ir::Node* user : matcher.Users(value)) {
    if (ir::As<Add>(*user->op) == nullptr) continue;
    const auto by = matcher.UniformValue(user->inputs[user->inputs[0] == value ? 1 : 0]);
    if (by && *by > 0 && matcher.ShapeOf(user->outputs[0]) == matcher.ShapeOf(value)) {
      found.push_back({user->outputs[0], *by});
    }
  }
  return found;
}

// The roots of the value, and what 1 / root is without being a root's quotient.
void CollectRoots(const Matcher& matcher, ir::ValueId value, Deviation& deviation) {
  for (const ir::Node* user : matcher.Users(value)) {
    if (user->inputs[0] != value) continue;
    const auto exponent = ExponentOf(matcher, *user);
    if (exponent == 0.5) deviation.values.push_back(user->outputs[0]);
    if (exponent == -0.5) deviation.inverses.push_back(user->outputs[0]);
  }
}

std::vector<Deviation> DeviationsOf(const Matcher& matcher, ir::ValueId variance) {
  std::vector<Deviation> found;
  std::vector<Raised> inside = RaisedBy(matcher, variance);
  inside.push_back({variance, 0});
  for (const auto& [value, eps] : inside) {
    Deviation deviation{eps, Mvn::EpsMode::kInsideSqrt, {}, {}};
    CollectRoots(matcher, value, deviation);
    for (const ir::ValueId root : eps == 0 ? deviation.values : std::vector<ir::ValueId>()) {
      for (const auto& [raised, by] : RaisedBy(matcher, root)) {
        found.push_back({by, Mvn::EpsMode::kOutsideSqrt, {raised}, {}});
      }
    }
    found.push_back(std::move(deviation));
  }
  return found;
}

bool Contains(const std::vector<ir::ValueId>& values, ir::ValueId value) {
  return std::find(values.begin(), values.end(), value) != values.end();
}

// Formulas in x, mean and 1 / deviation.
class NormalizedFormula {
 public:
  NormalizedFormula(const Matcher& matcher, const Moments& moments, const Deviation& deviation)
      : matcher_(matcher), moments_(moments), deviation_(deviation) {}

  std::optional<Polynomial> Of(ir::ValueId value) const {
    return PolynomialOf(matcher_, value, [this](ir::ValueId part) { return Named(part); });
  }

 private:
  std::optional<Polynomial> Named(ir::ValueId value) const {
    if (value == moments_.x || value == moments_.mean) return Polynomial::Of(value.index);
    if (Contains(deviation_.inverses, value)) return Polynomial::Of(kFactor);
    // A scale of ones and a shift of zeros are not lost.
    const Shape& shape = matcher_.ShapeOf(value);
    if (matcher_.IsConstant(value) && shape.num_elements() > 1) return Polynomial::Of(value.index);
    const ir::Node* quotient = matcher_.Producer<Divide>(value);
    if (quotient == nullptr || !Contains(deviation_.values, quotient->inputs[1])) return std::nullopt;
    const auto dividend = Of(quotient->inputs[0]);
    return dividend ? std::optional(*dividend * Polynomial::Of(kFactor)) : std::nullopt;
  }

  const Matcher& matcher_;
  const Moments& moments_;
  const Deviation& deviation_;
};

// The atoms of a monomial without the first `atom` and kFactor, each of which it must have.
std::optional<Polynomial::Monomial> ScalesIn(const Polynomial::Monomial& monomial, Atom atom) {
  Polynomial::Monomial scales = monomial;
  for (const Atom needed : {atom, kFactor}) {
    const auto place = std::find(scales.begin(), scales.end(), needed);
    if (place == scales.end()) return std::nullopt;
    scales.erase(place);
  }
  return scales;
}

// Takes the formula apart as x * factor * scales - mean * factor * scales + shift.
bool TakeApart(const Polynomial& formula, const Moments& moments, NormalizationPattern& pattern) {
  std::optional<Polynomial::Monomial> scales, mean_scales;
  for (const auto& [monomial, coefficient] : formula.terms()) {
    if (const auto of_x = ScalesIn(monomial, moments.x.index); of_x && coefficient == 1) {
      scales = of_x;
    } else if (const auto of_mean = ScalesIn(monomial, moments.mean.index); of_mean && coefficient == -1) {
      mean_scales = of_mean;
    } else if (monomial.size() == 1 && coefficient == 1 && !pattern.shift) {
      pattern.shift = ir::ValueId{monomial[0]};
    } else {
      return false;
    }
  }
  if (!scales || scales != mean_scales) return false;
  const auto is_inside = [&](Atom atom) {
    return atom == kFactor || atom == moments.x.index || atom == moments.mean.index;
  };
  if (std::any_of(scales->begin(), scales->end(), is_inside) || (pattern.shift && is_inside(pattern.shift->index))) {
    return false;
  }
  for (const Atom scale : *scales) pattern.scales.push_back({scale});
  return true;
}

std::optional<NormalizationPattern> MatchResult(const Matcher& matcher, const Moments& moments,
                                                const Deviation& deviation, const ir::Node& node) {
  const auto formula = NormalizedFormula(matcher, moments, deviation).Of(node.outputs[0]);
  if (!formula) return std::nullopt;
  NormalizationPattern pattern;
  if (!TakeApart(*formula, moments, pattern)) return std::nullopt;
  pattern.op.eps = static_cast<float>(deviation.eps);
  pattern.op.eps_mode = deviation.eps_mode;
  pattern.x = moments.x;
  pattern.axes = moments.axes;
  pattern.result = &node;
  return pattern;
}

}  // namespace

std::optional<NormalizationPattern> MatchNormalization(const Matcher& matcher, const ir::Node& node) {
  const auto moments = MatchMoments(matcher, node);
  if (!moments || matcher.IsConstant(moments->x)) return std::nullopt;
  for (const Deviation& deviation : DeviationsOf(matcher, moments->variance)) {
    std::vector<ir::ValueId> starts = deviation.inverses;
    starts.insert(starts.end(), deviation.values.begin(), deviation.values.end());
    for (const ir::ValueId start : starts) {
      for (const ir::Node* formula : FormulasWith(matcher, start, kFormulaDepth)) {
        if (const auto pattern = MatchResult(matcher, *moments, deviation, *formula)) return pattern;
      }
    }
  }
  return std::nullopt;
}

}  // namespace stepwell::passes
