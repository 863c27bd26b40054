#pragma once

#include <vector>

#include "stepwell/ops/import_rule.h"

namespace stepwell::ops::conv {

std::vector<ir::ValueId> ImportConv2D(const ImportSite& site);

}  // namespace stepwell::ops::conv
