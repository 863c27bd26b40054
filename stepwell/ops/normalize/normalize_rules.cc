#include "stepwell/ops/import_rule.h"
#include "stepwell/ops/normalize/normalize_kernels.h"
#include "stepwell/ops/op_rule.h"

namespace stepwell::ops::normalize {

// Without LayerNorm, which no file may hold.
std::span<const OpRule> OpRules() {
  static constexpr OpRule kRules[] = {OpRuleFor<Mvn>()};
  return kRules;
}

// TensorFlow spells normalisation out; see passes/recognise_normalisation.h.
std::span<const ImportRule> ImportRules() { return {}; }

std::span<const KernelRule> KernelRules() {
  static constexpr KernelRule kRules[] = {
      KernelFor<Mvn, MakeMvnKernel>(),
      KernelFor<LayerNorm, MakeLayerNormKernel>(),
  };
  return kRules;
}

}  // namespace stepwell::ops::normalize
