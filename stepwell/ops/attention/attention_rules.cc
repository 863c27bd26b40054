#include "stepwell/ops/attention/attention_kernel.h"
#include "stepwell/ops/import_rule.h"
#include "stepwell/ops/op_rule.h"

namespace stepwell::ops::attention {

// Exists in plans only: no file holds it, no source has it; see passes/fuse_attention.h.
std::span<const OpRule> OpRules() { return {}; }
std::span<const ImportRule> ImportRules() { return {}; }

std::span<const KernelRule> KernelRules() {
  static constexpr KernelRule kRules[] = {KernelFor<Attention, MakeAttentionKernel>()};
  return kRules;
}

}  // namespace stepwell::ops::attention
