#pragma once

#include <vector>

#include "stepwell/ops/import_rule.h"

namespace stepwell::ops::pool {

std::vector<ir::ValueId> ImportMaxPool(const ImportSite& site);    // attributes ksize, strides
std::vector<ir::ValueId> ImportMaxPoolV2(const ImportSite& site);  // inputs ksize, strides
std::vector<ir::ValueId> ImportAvgPool(const ImportSite& site);

}  // namespace stepwell::ops::pool
