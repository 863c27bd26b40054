#include "stepwell/ops/layout/pad.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace stepwell::ops::layout {
namespace {

// The longest pad of a dimension.
Dim MostPad(Pad::Mode mode, Dim dim) {
  switch (mode) {
    case Pad::Mode::kReflect:
      return dim - 1;
    case Pad::Mode::kSymmetric:
      return dim;
    case Pad::Mode::kConstant:
    case Pad::Mode::kEdge:
      break;
  }
  return std::numeric_limits<Dim>::max();
}

Dim PaddedDim(Pad::Mode mode, Dim dim, std::optional<std::int64_t> before, std::optional<std::int64_t> after) {
  if (dim == kDynamic || !before || !after) return kDynamic;
  const Dim padded = CheckedAdd(dim, CheckedAdd(*before, *after));
  const bool takes_from_nothing = mode != Pad::Mode::kConstant && dim == 0 && padded > 0;
  if (padded < 0 || takes_from_nothing || std::max(*before, *after) > MostPad(mode, dim)) {
    throw Error(ErrorKind::kInvalidModel,
                fmt::format("{} elements cannot be padded by {} and {} in mode '{}'", dim, *before, *after,
                            Pad::kModeNames[static_cast<std::size_t>(mode)]));
  }
  return padded;
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

void RequireNoneNegative(const ir::PartialInts& before, const ir::PartialInts& after) {
  for (const ir::PartialInts* pads : {&before, &after}) {
    for (const auto& pad : *pads) {
      if (pad.value_or(0) < 0) throw Error(ErrorKind::kInvalidModel, fmt::format("the pad {} is negative", *pad));
    }
  }
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
  if (!may_cut) RequireNoneNegative(before, after);
  Shape padded;
  for (int axis = 0; axis < data.rank(); ++axis) {
    padded.Append(PaddedDim(mode, data[axis], before[AsSize(axis)], after[AsSize(axis)]));
  }
  return {{inputs.dtype(0), padded}};
}

}  // namespace stepwell::ops::layout
