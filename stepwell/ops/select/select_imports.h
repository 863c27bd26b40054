#pragma once

#include <vector>

#include "stepwell/ops/import_rule.h"

// TensorFlow's ops of this family.
namespace stepwell::ops::select {

std::vector<ir::ValueId> ImportGather(const ImportSite& site);    // params, indices (also of a resource): axis 0
std::vector<ir::ValueId> ImportGatherV2(const ImportSite& site);  // params, indices, axis
std::vector<ir::ValueId> ImportGatherNd(const ImportSite& site);  // params, indices
std::vector<ir::ValueId> ImportOneHot(const ImportSite& site);    // indices, depth, on_value, off_value

}  // namespace stepwell::ops::select
