#include <array>
#include <utility>
#include <vector>

#include "stepwell/ops/elementwise/elementwise_kernels.h"
#include "stepwell/ops/op_rule.h"

// What the tables of functions become in the registry. Divide and Round are listed apart: two functions are one op.
namespace stepwell::ops::elementwise {
namespace {

constexpr bool IsPartOfDivide(std::size_t binary) {
  return binary == static_cast<std::size_t>(Binary::kDivide) ||
         binary == static_cast<std::size_t>(Binary::kTruncatedDivide);
}

constexpr bool IsPartOfRound(std::size_t unary) {
  return unary == static_cast<std::size_t>(Unary::kRoundToEven) ||
         unary == static_cast<std::size_t>(Unary::kRoundFromZero);
}

// Calls visit.operator()<ConcreteOp>() for every op of the family.
template <class Visit, std::size_t... kUnaryIndex, std::size_t... kBinaryIndex>
void VisitOps(Visit&& visit, std::index_sequence<kUnaryIndex...>, std::index_sequence<kBinaryIndex...>) {
  const auto visit_unary = [&]<std::size_t kIndex>() {
    if constexpr (!IsPartOfRound(kIndex)) visit.template operator()<UnaryOp<static_cast<Unary>(kIndex)>>();
  };
  (visit_unary.template operator()<kUnaryIndex>(), ...);
  const auto visit_binary = [&]<std::size_t kIndex>() {
    if constexpr (!IsPartOfDivide(kIndex)) visit.template operator()<BinaryOp<static_cast<Binary>(kIndex)>>();
  };
  (visit_binary.template operator()<kBinaryIndex>(), ...);
  visit.template operator()<Round>();
  visit.template operator()<Divide>();
  visit.template operator()<Clamp>();
  visit.template operator()<Convert>();
  visit.template operator()<Select>();
}

template <class Visit>
void VisitOps(Visit&& visit) {
  VisitOps(visit, std::make_index_sequence<kNumUnary>(), std::make_index_sequence<kNumBinary>());
}

template <class ConcreteOp>
KernelRule KernelRuleOf() {
  if constexpr (std::is_base_of_v<UnaryOpBase, ConcreteOp>) {
    return KernelFor<ConcreteOp, MakeUnaryKernel>();
  } else if constexpr (std::is_base_of_v<BinaryOpBase, ConcreteOp>) {
    return KernelFor<ConcreteOp, MakeBinaryKernel>();
  } else if constexpr (std::is_same_v<Clamp, ConcreteOp>) {
    return KernelFor<ConcreteOp, MakeClampKernel>();
  } else if constexpr (std::is_same_v<Convert, ConcreteOp>) {
    return KernelFor<ConcreteOp, MakeConvertKernel>();
  } else {
    return KernelFor<ConcreteOp, MakeSelectKernel>();
  }
}

}  // namespace

std::span<const OpRule> OpRules() {
  static const std::vector<OpRule> kRules = [] {
    std::vector<OpRule> rules;
    VisitOps([&]<class ConcreteOp>() { rules.push_back(OpRuleFor<ConcreteOp>()); });
    return rules;
  }();
  return kRules;
}

std::span<const KernelRule> KernelRules() {
  static const std::vector<KernelRule> kRules = [] {
    std::vector<KernelRule> rules;
    VisitOps([&]<class ConcreteOp>() { rules.push_back(KernelRuleOf<ConcreteOp>()); });
    return rules;
  }();
  return kRules;
}

}  // namespace stepwell::ops::elementwise
