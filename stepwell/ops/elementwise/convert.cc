#include "stepwell/ops/elementwise/convert.h"

#include <string>

#include "stepwell/ops/elementwise/element_cast.h"

namespace stepwell::ops::elementwise {

std::vector<TensorType> Convert::Infer(const ir::InferContext& inputs) const {
  inputs.RequireInputs(1);
  if (DTypeBits(destination_type) < 8) {
    throw Error(ErrorKind::kUnsupported, "Convert from " + std::string(DTypeName(inputs.dtype(0))) + " to " +
                                             std::string(DTypeName(destination_type)) +
                                             " is not supported: 4-bit elements");
  }
  return {{destination_type, inputs.shape(0)}};
}

std::optional<ir::PartialInts> Convert::InferInts(const ir::InferContext& inputs) const {
  if (!IsInteger(destination_type) || IsFloat(inputs.dtype(0))) return std::nullopt;
  auto ints = inputs.partial_ints(0);
  if (!ints) return std::nullopt;
  for (auto& element : *ints) {
    if (element) element = CutToWidth(destination_type, *element);
  }
  return ints;
}

}  // namespace stepwell::ops::elementwise
