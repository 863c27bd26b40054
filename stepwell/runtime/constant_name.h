#pragma once

#include <string>

#include "stepwell/ir/constant_data.h"

namespace stepwell::runtime {

// 32 characters that name a constant by what it is made of: a place in the model's `.bin`, or what is computed from
// such places; its content where that is not known, which then is read. Constants of one name, of models with the same
// `.bin`, are the same, in every process of one build of the program.
std::string NameOf(const ir::ConstantData& constant);

}  // namespace stepwell::runtime
