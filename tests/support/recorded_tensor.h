#pragma once

#include <string>
#include <string_view>

#include "stepwell/base/tensor.h"

// Tensors as the scripts below tests/data record them.
namespace stepwell::testing {

// From JSON: {"type": "f32", "shape": [2], "values": [1, "nan"]}.
Tensor ParseRecordedTensor(std::string_view json);

// What is wrong with `found`, for people; empty where it has the type of `expected` and its values: floats within
// `tolerance` of the largest magnitude, others exactly.
std::string FindTensorDifference(const Tensor& found, const Tensor& expected, double tolerance);

}  // namespace stepwell::testing
