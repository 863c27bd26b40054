#include "stepwell/ops/layout/shape_of.h"

namespace stepwell::ops::layout {

std::vector<TensorType> ShapeOf::Infer(const ir::InferContext& inputs) const {
  inputs.RequireInputs(1);
  Require(output_type == DType::kI64 || output_type == DType::kI32, ErrorKind::kInvalidModel,
          "a shape is given as i32 or i64");
  const Shape& data = inputs.shape(0);
  return {{output_type, {data.has_rank() ? data.rank() : kDynamic}}};
}

std::optional<ir::PartialInts> ShapeOf::InferInts(const ir::InferContext& inputs) const {
  const Shape& data = inputs.shape(0);
  if (!data.has_rank()) return std::nullopt;
  ir::PartialInts extents;
  for (const Dim dim : data.dims()) extents.push_back(dim == kDynamic ? std::nullopt : std::optional(dim));
  return extents;
}

}  // namespace stepwell::ops::layout
