#include "stepwell/ops/layout/transpose.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <numeric>

#include "stepwell/ops/axes.h"

namespace stepwell::ops::layout {

std::vector<int> TransposeOrder(std::span<const std::int64_t> order, int rank) {
  std::vector<int> axes(AsSize(rank));
  if (order.empty()) {
    std::iota(axes.rbegin(), axes.rend(), 0);
    return axes;
  }
  if (order.size() != axes.size()) {
    throw Error(ErrorKind::kInvalidModel, fmt::format("the order [{}] does not fit a tensor of rank {}",
                                                      fmt::join(order.begin(), order.end(), ","), rank));
  }
  NormalizedAxes(order, rank);  // refuses an axis named twice
  for (std::size_t i = 0; i < axes.size(); ++i) axes[i] = NormalizedAxis(order[i], rank);
  return axes;
}

std::vector<TensorType> Transpose::Infer(const ir::InferContext& inputs) const {
  inputs.RequireInputs(2);
  const Shape& data = inputs.shape(0);
  const auto order = inputs.ints(1);
  if (!data.has_rank()) return {{inputs.dtype(0), data}};
  if (!order) return {{inputs.dtype(0), Shape::Filled(data.rank(), kDynamic)}};
  Shape result;
  for (const int axis : TransposeOrder(*order, data.rank())) result.Append(data[axis]);
  return {{inputs.dtype(0), result}};
}

}  // namespace stepwell::ops::layout
