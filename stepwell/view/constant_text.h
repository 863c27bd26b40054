#pragma once

#include <cstdint>
#include <string>

#include "stepwell/ir/constant_data.h"

// Internal.
namespace stepwell::view {

// "0.5", "[0, 2, 1, 3]", the elements of a constant of at most `most` elements; its type where there are more, and
// where its elements are no plain numbers.
std::string ConstantText(const ir::ConstantData& data, std::int64_t most);

}  // namespace stepwell::view
