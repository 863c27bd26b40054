#pragma once

#include <span>

#include "stepwell/quantize/round_weights.h"
#include "stepwell/quantize/triangular_factor.h"

namespace stepwell::quantize {

// Rounds weights one input after the other, each output channel on its own, the errors made so far taken back as well
// as the inputs' second moments say that the next weight can: the rounding of GPTQ (Frantar et al., "GPTQ: Accurate
// Post-Training Quantization for Generative Pre-trained Transformers", 2022), written as Babai's nearest plane. With R
// of TriangularFactor, position j after position:
//   value_j = nearest((w_j + sum over i < j of R_ij e_i / R_jj) / scale),   e_j = w_j - value_j * scale
// Scales are those of RoundToIntegers, but for int4's choice errors count by the second moments of their inputs.
// The channels are the runs, or as many runs one behind the other as make up the width of the factor. Holds the values.
// The same bits on any number of threads. Values mean nothing where the error is not finite.
RoundedWeights RoundCompensated(std::span<const float> weights, const Runs& runs, DType dtype,
                                const TriangularFactor& factor);

}  // namespace stepwell::quantize
