#include "stepwell/ops/layout/tile.h"

#include <fmt/format.h>

#include <algorithm>

namespace stepwell::ops::layout {
namespace {

Dim TiledDim(Dim dim, std::optional<std::int64_t> repeat) {
  if (repeat && *repeat < 0) {
    throw Error(ErrorKind::kInvalidModel, fmt::format("data cannot be repeated {} times", *repeat));
  }
  return repeat && dim != kDynamic ? CheckedMul(dim, *repeat) : kDynamic;
}

}  // namespace

std::vector<TensorType> Tile::Infer(const ir::InferContext& inputs) const {
  inputs.RequireInputs(2);
  const Shape& data = inputs.shape(0);
  const auto repeats = inputs.partial_ints(1);
  if (!data.has_rank() || !repeats) return {{inputs.dtype(0), Shape::UnknownRank()}};
  const int given = static_cast<int>(repeats->size());
  const int rank = std::max(data.rank(), given);
  Shape tiled;
  for (int axis = 0; axis < rank; ++axis) {
    const int in_axis = axis - (rank - data.rank());
    const int place = axis - (rank - given);
    tiled.Append(TiledDim(in_axis < 0 ? 1 : data[in_axis], place < 0 ? 1 : (*repeats)[AsSize(place)]));
  }
  return {{inputs.dtype(0), tiled}};
}

}  // namespace stepwell::ops::layout
