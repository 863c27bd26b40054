#include <span>

#include "stepwell/ops/import_rule.h"
#include "stepwell/ops/kernel.h"
#include "stepwell/ops/op_rule.h"

namespace stepwell::ops::control {

std::span<const OpRule> OpRules() { return {}; }

std::span<const ImportRule> ImportRules() { return {}; }

std::span<const KernelRule> KernelRules() { return {}; }

}  // namespace stepwell::ops::control
