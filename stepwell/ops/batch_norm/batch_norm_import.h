#pragma once

#include <vector>

#include "stepwell/ops/import_rule.h"

namespace stepwell::ops::batch_norm {

// FusedBatchNorm and its versions 2 and 3: x, scale, offset, mean, variance. Becomes the multiplication and addition
// that it is, so that they can be folded into what stands before. Throws Error(kUnsupported) for training mode.
std::vector<ir::ValueId> ImportFusedBatchNorm(const ImportSite& site);

}  // namespace stepwell::ops::batch_norm
