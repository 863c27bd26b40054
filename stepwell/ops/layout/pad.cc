#include "stepwell/ops/layout/pad.h"

#include <fmt/format.h>

namespace stepwell::ops::layout {
namespace {

Dim PaddedDim(Dim dim, std::optional<std::int64_t> before, std::optional<std::int64_t> after) {
  if (before.value_or(0) < 0 || after.value_or(0) < 0) {
    throw Error(ErrorKind::kUnsupported,
                fmt::format("a pad is negative ({}, {})", before.value_or(0), after.value_or(0)));
  }
  return dim != kDynamic && before && after ? CheckedAdd(dim, CheckedAdd(*before, *after)) : kDynamic;
}

// The pads at one side, one for each axis; unknown ones where the input is computed.
ir::PartialInts Pads(const ir::InferContext& inputs, int input, int rank) {
  const auto pads = inputs.partial_ints(input);
  if (!pads) return ir::PartialInts(AsSize(rank));
  if (pads->size() != AsSize(rank)) {
    throw Error(ErrorKind::kInvalidModel, fmt::format("{} pads for data of rank {}", pads->size(), rank));
  }
  return *pads;
}

}  // namespace

std::vector<TensorType> Pad::Infer(const ir::InferContext& inputs) const {
  inputs.RequireInputs(3, 4);
  if (inputs.has(3) && inputs.dtype(3) != inputs.dtype(0)) {
    throw Error(ErrorKind::kInvalidModel,
                fmt::format("{} is padded by a value of {}", ToText(inputs.type(0)), ToText(inputs.type(3))));
  }
  const Shape& data = inputs.shape(0);
  if (!data.has_rank()) return {{inputs.dtype(0), data}};
  const ir::PartialInts before = Pads(inputs, 1, data.rank());
  const ir::PartialInts after = Pads(inputs, 2, data.rank());
  Shape padded;
  for (int axis = 0; axis < data.rank(); ++axis) {
    padded.Append(PaddedDim(data[axis], before[AsSize(axis)], after[AsSize(axis)]));
  }
  return {{inputs.dtype(0), padded}};
}

}  // namespace stepwell::ops::layout
