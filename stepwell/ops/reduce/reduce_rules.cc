#include <utility>

#include "stepwell/ops/import_rule.h"
#include "stepwell/ops/op_rule.h"
#include "stepwell/ops/reduce/reduce_kernel.h"

// What the table of reductions becomes in the registry.
namespace stepwell::ops::reduce {
namespace {

using AllReductions = std::make_index_sequence<kNumReductions>;

// Old graphs lack Tidx; the axes' own type says it.
template <class ConcreteOp>
std::vector<ir::ValueId> Import(const ImportSite& site) {
  ConcreteOp op;
  op.keep_dims = site.node.BoolAttr("keep_dims", false);
  return {site.Add({}, op, {site.input(0), site.input(1)})};
}

template <std::size_t... kIndex>
std::span<const OpRule> MakeOpRules(std::index_sequence<kIndex...>) {
  static constexpr OpRule kRules[] = {OpRuleFor<ReduceOp<static_cast<Reduction>(kIndex)>>()...};
  return kRules;
}

template <std::size_t... kIndex>
std::span<const ImportRule> MakeImportRules(std::index_sequence<kIndex...>) {
  static constexpr ImportRule kRules[] = {
      {kReduceFunctions[kIndex].source_op, Import<ReduceOp<static_cast<Reduction>(kIndex)>>}...};
  return kRules;
}

template <std::size_t... kIndex>
std::span<const KernelRule> MakeKernelRules(std::index_sequence<kIndex...>) {
  static constexpr KernelRule kRules[] = {KernelFor<ReduceOp<static_cast<Reduction>(kIndex)>, MakeReduceKernel>()...};
  return kRules;
}

}  // namespace

std::span<const OpRule> OpRules() { return MakeOpRules(AllReductions()); }
std::span<const ImportRule> ImportRules() { return MakeImportRules(AllReductions()); }
std::span<const KernelRule> KernelRules() { return MakeKernelRules(AllReductions()); }

}  // namespace stepwell::ops::reduce
