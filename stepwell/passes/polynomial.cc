#include "stepwell/passes/polynomial.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "stepwell/ops/elementwise/binary.h"
#include "stepwell/ops/elementwise/unary.h"

namespace stepwell::passes {
namespace {

using ops::elementwise::Divide;
using ops::elementwise::Multiply;
using ops::elementwise::Negative;
using ops::elementwise::Power;
using ops::elementwise::Subtract;

constexpr std::size_t kMostTerms = 8;
constexpr int kDeepest = 8;
constexpr int kHighestPower = 4;
constexpr std::size_t kMostOperands = 32;
// Larger constants are no numbers of a formula, and would have to be read to find out.
constexpr std::int64_t kMostElements = 1 << 16;

std::optional<double> NumberOf(const Matcher& matcher, ir::ValueId value) {
  if (!matcher.IsConstant(value) || matcher.ShapeOf(value).num_elements() > kMostElements) return std::nullopt;
  return matcher.UniformValue(value);
}

// The whole power that the node raises its input 0 to.
std::optional<int> PowerOf(const Matcher& matcher, const ir::Node& node) {
  if (ir::As<Power>(*node.op) == nullptr) return std::nullopt;
  const auto power = NumberOf(matcher, node.inputs[1]);
  if (!power || *power < 1 || *power > kHighestPower || *power != std::floor(*power)) return std::nullopt;
  return static_cast<int>(*power);
}

bool IsLookedInto(const Matcher& matcher, const ir::Node& node) {
  const ir::Op& op = *node.op;
  if (ir::As<ops::elementwise::Add>(op) != nullptr || ir::As<Subtract>(op) != nullptr) return true;
  if (ir::As<Multiply>(op) != nullptr || ir::As<Negative>(op) != nullptr) return true;
  if (ir::As<Divide>(op) != nullptr) return NumberOf(matcher, node.inputs[1]).value_or(0) != 0;
  return PowerOf(matcher, node).has_value();
}

class Expansion {
 public:
  using Named = FunctionRef<std::optional<Polynomial>(ir::ValueId)>;
  using Result = std::optional<Polynomial>;

  Expansion(const Matcher& matcher, Named named) : matcher_(matcher), named_(named) {}

  Result Of(ir::ValueId value, int depth) {
    Result result = named_(value);
    if (result) return result;
    if (matcher_.graph().value(value).type.dtype == DType::kBool || depth > kDeepest) return std::nullopt;
    if (!matcher_.ShapeOf(value).has_rank()) return std::nullopt;
    if (const auto number = NumberOf(matcher_, value)) return Polynomial::Constant(*number);
    const ir::Node* node = matcher_.graph().producer(value);
    if (node == nullptr || !IsLookedInto(matcher_, *node)) return Polynomial::Of(value.index);
    result = OfNode(*node, depth + 1);
    return result && result->terms().size() <= kMostTerms ? result : std::nullopt;
  }

 private:
  Result OfNode(const ir::Node& node, int depth) {
    const Result first = Of(node.inputs[0], depth);
    if (!first) return std::nullopt;
    if (ir::As<Negative>(*node.op) != nullptr) return *first * Polynomial::Constant(-1);
    if (const auto power = PowerOf(matcher_, node)) return Raised(*first, *power);
    if (ir::As<Divide>(*node.op) != nullptr) {
      return *first * Polynomial::Constant(1 / *NumberOf(matcher_, node.inputs[1]));
    }
    const Result second = Of(node.inputs[1], depth);
    if (!second) return std::nullopt;
    if (ir::As<Multiply>(*node.op) != nullptr) return *first * *second;
    if (ir::As<Subtract>(*node.op) != nullptr) return *first + *second * Polynomial::Constant(-1);
    return *first + *second;
  }

  static Polynomial Raised(const Polynomial& base, int power) {
    Polynomial result = base;
    for (int i = 1; i < power; ++i) result = result * base;
    return result;
  }

  const Matcher& matcher_;
  Named named_;
};

}  // namespace

Polynomial Polynomial::Constant(double value) {
  Polynomial constant;
  constant.Add({}, value);
  return constant;
}

void Polynomial::Add(const Monomial& monomial, double coefficient) {
  double& sum = terms_[monomial];
  sum += coefficient;
  if (sum == 0) terms_.erase(monomial);
}

bool Polynomial::IsNear(const Polynomial& other) const {
  return std::equal(terms_.begin(), terms_.end(), other.terms_.begin(), other.terms_.end(),
                    [](const auto& a, const auto& b) {
                      return a.first == b.first && std::abs(a.second - b.second) <= 1e-6 * std::abs(b.second);
                    });
}

Polynomial Polynomial::operator+(const Polynomial& other) const {
  Polynomial sum = *this;
  for (const auto& [monomial, coefficient] : other.terms_) sum.Add(monomial, coefficient);
  return sum;
}

Polynomial Polynomial::operator*(const Polynomial& other) const {
  Polynomial product;
  for (const auto& [left, left_coefficient] : terms_) {
    for (const auto& [right, right_coefficient] : other.terms_) {
      Monomial both;
      std::merge(left.begin(), left.end(), right.begin(), right.end(), std::back_inserter(both));
      product.Add(both, left_coefficient * right_coefficient);
    }
  }
  return product;
}

std::optional<Polynomial> PolynomialOf(const Matcher& matcher, ir::ValueId value,
                                       FunctionRef<std::optional<Polynomial>(ir::ValueId)> named) {
  return Expansion(matcher, named).Of(value, 0);
}

std::vector<ir::ValueId> OperandsOf(const Matcher& matcher, ir::ValueId value) {
  std::vector<ir::ValueId> operands = {value};
  for (std::size_t i = 0; i < operands.size(); ++i) {
    const ir::Node* node = matcher.graph().producer(operands[i]);
    if (node == nullptr || !IsLookedInto(matcher, *node)) continue;
    for (const ir::ValueId input : node->inputs) {
      const bool is_new = std::find(operands.begin(), operands.end(), input) == operands.end();
      if (is_new && operands.size() < kMostOperands && !matcher.IsConstant(input)) operands.push_back(input);
    }
  }
  return operands;
}

std::vector<const ir::Node*> FormulasWith(const Matcher& matcher, ir::ValueId value, int depth) {
  std::set<const ir::Node*> found;  // nodes lie behind each other in the graph's order
  std::vector<ir::ValueId> values = {value};
  for (int level = 0; level < depth; ++level) {
    std::vector<ir::ValueId> next;
    for (const ir::ValueId from : values) {
      for (const ir::Node* user : matcher.Users(from)) {
        const bool is_formula = IsLookedInto(matcher, *user) || ir::As<Divide>(*user->op) != nullptr;
        if (is_formula && found.insert(user).second) next.push_back(user->outputs[0]);
      }
    }
    values = std::move(next);
  }
  return {found.begin(), found.end()};
}

}  // namespace stepwell::passes
