#pragma once

#include <vector>

#include "stepwell/ops/import_rule.h"

namespace stepwell::ops::conv {

std::vector<ir::ValueId> ImportConv2D(const ImportSite& site);           // filter [height, width, in, out]
std::vector<ir::ValueId> ImportDepthwiseConv2D(const ImportSite& site);  // filter [height, width, in, multiplier]

}  // namespace stepwell::ops::conv
