#pragma once

#include "stepwell/kernels/recurrent/lstm.h"

namespace stepwell::kernels {

// LstmLayer::Run by its definition, in double, from the weights as stored: for tests and for the verifier. c_all must
// not be empty.
void ReferenceLstm(const LstmWeights& weights, const LstmExtent& extent, const LstmArguments& arguments);

}  // namespace stepwell::kernels
