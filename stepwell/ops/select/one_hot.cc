#include "stepwell/ops/select/one_hot.h"

#include <fmt/format.h>

namespace stepwell::ops::select {
namespace {

Dim Depth(const ir::InferContext& inputs) {
  const auto depth = inputs.ints(1);
  if (!depth) return kDynamic;
  if (depth->size() != 1 || (*depth)[0] < 0) {
    throw Error(ErrorKind::kInvalidModel, "the depth must be one integer that is not negative");
  }
  return (*depth)[0];
}

}  // namespace

std::vector<TensorType> OneHot::Infer(const ir::InferContext& inputs) const {
  inputs.RequireInputs(4);
  if (!IsInteger(inputs.dtype(0)) || inputs.dtype(2) != inputs.dtype(3)) {
    throw Error(ErrorKind::kInvalidModel,
                fmt::format("indices {}, on {} and off {} do not fit: integers and two values of one type are needed",
                            ToText(inputs.type(0)), ToText(inputs.type(2)), ToText(inputs.type(3))));
  }
  const Shape& indices = inputs.shape(0);
  if (!indices.has_rank()) return {{inputs.dtype(2), indices}};
  const int place = NormalizedAxis(axis, indices.rank() + 1);
  Shape result;
  for (int i = 0; i < place; ++i) result.Append(indices[i]);
  result.Append(Depth(inputs));
  for (int i = place; i < indices.rank(); ++i) result.Append(indices[i]);
  return {{inputs.dtype(2), result}};
}

}  // namespace stepwell::ops::select
