#pragma once

#include <vector>

#include "stepwell/ir/constant_data.h"

namespace stepwell::verify {

// TensorFlow's Unique: the distinct elements of a vector of integers in the order of their first occurrence, and for
// each element the index of its value among them (i32). The number of distinct elements depends on the data, which is
// why no graph of ours holds this op.
std::vector<ir::ConstantData> Unique(const ir::ConstantData& elements);

}  // namespace stepwell::verify
