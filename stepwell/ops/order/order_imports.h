#pragma once

#include <vector>

#include "stepwell/ops/import_rule.h"

// TensorFlow's ops of this family.
namespace stepwell::ops::order {

std::vector<ir::ValueId> ImportReverse(const ImportSite& site);          // tensor, axes
std::vector<ir::ValueId> ImportReverseSequence(const ImportSite& site);  // input, lengths
std::vector<ir::ValueId> ImportArgMax(const ImportSite& site);           // input, axis
std::vector<ir::ValueId> ImportArgMin(const ImportSite& site);           // input, axis
std::vector<ir::ValueId> ImportTopK(const ImportSite& site);             // input; attribute k
std::vector<ir::ValueId> ImportTopKV2(const ImportSite& site);           // input, k
std::vector<ir::ValueId> ImportCumsum(const ImportSite& site);           // x, axis

}  // namespace stepwell::ops::order
