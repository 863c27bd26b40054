#pragma once

#include <vector>

#include "stepwell/ops/import_rule.h"

namespace stepwell::ops::matmul {

std::vector<ir::ValueId> ImportMatMul(const ImportSite& site);
std::vector<ir::ValueId> ImportBatchMatMul(const ImportSite& site);

}  // namespace stepwell::ops::matmul
