#pragma once

#include <string>

#include "stepwell/ir/builder.h"
#include "stepwell/quantize/quantize.h"
#include "stepwell/quantize/round_weights.h"
#include "stepwell/quantize/triangular_factor.h"
#include "stepwell/quantize/weight_uses.h"

namespace stepwell::quantize {

// How a tensor of weights is stored.
struct StoredForm {
  Shape shape;  // of the weights
  std::int64_t inputs = 0;
  WeightFormat format = WeightFormat::kInt8;
  std::int64_t group = 0;  // inputs that share a scale; 0: all
  ActivationFormat activations = ActivationFormat::kFp32;
  Runs runs;
  Shape values;  // of the constant: `shape`, or the summed axis as two, [groups, group]
  Shape scales;  // `values` with 1 where a scale is shared
};

// Of weights of rank 2 or more. `precision`: kHigh for weights that would lose too much in 8 bits.
enum class Precision : std::uint8_t { kAsAsked, kHigh };
StoredForm StoredFormOf(const Shape& shape, SummedAxis summed, const QuantizeOptions& options, Precision precision);

// Throws Error(kInvalidModel) where a weight is no finite number or becomes none. `factor`: of what the weights are
// multiplied with, to round them to integers by; null: to the nearest.
RoundedWeights Round(const ir::ConstantData& weights, const StoredForm& form, const TriangularFactor* factor);

// Adds the nodes that give the weights as f32; the last has the name.
ir::ValueId AddStored(ir::GraphBuilder& builder, const std::string& name, const StoredForm& form,
                      const RoundedWeights& rounded);

}  // namespace stepwell::quantize
