#pragma once

#include <vector>

#include "stepwell/ops/import_rule.h"

namespace stepwell::ops::activation {

std::vector<ir::ValueId> ImportElu(const ImportSite& site);
std::vector<ir::ValueId> ImportSelu(const ImportSite& site);
std::vector<ir::ValueId> ImportLeakyRelu(const ImportSite& site);

}  // namespace stepwell::ops::activation
