#pragma once

#include <string>

#include "stepwell/ir/op.h"

namespace stepwell::passes {

// "MatMul opset1 transpose_a=false transpose_b=true": the op and all its fields, equal exactly when these are. The body
// of a SubgraphOp and the value of a Constant are not part of it.
std::string OpText(const ir::Op& op);

}  // namespace stepwell::passes
