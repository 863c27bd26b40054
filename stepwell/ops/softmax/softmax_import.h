#pragma once

#include <vector>

#include "stepwell/ops/import_rule.h"

namespace stepwell::ops::softmax {

std::vector<ir::ValueId> ImportSoftmax(const ImportSite& site);
std::vector<ir::ValueId> ImportLogSoftmax(const ImportSite& site);
// Outputs: the loss of each row, and its gradient, which is refused where something reads it.
std::vector<ir::ValueId> ImportSparseCrossEntropy(const ImportSite& site);

}  // namespace stepwell::ops::softmax
