#pragma once

#include "stepwell/kernels/recurrent/gru.h"

namespace stepwell::kernels {

// GruLayer::Run by its definition, in double, from the weights as stored.
void ReferenceGru(const GruWeights& weights, const SequenceExtent& extent, const GruArguments& arguments);

}  // namespace stepwell::kernels
