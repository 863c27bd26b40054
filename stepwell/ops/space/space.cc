#include "stepwell/ops/space/space.h"

#include <fmt/format.h>

#include <algorithm>

#include "stepwell/base/checked.h"

namespace stepwell::ops::space {
namespace {

bool IsNegative(std::int64_t value) { return value < 0; }

// Nothing where an input is computed.
std::optional<BlockSizes> KnownSizes(const ir::InferContext& inputs) {
  inputs.RequireInputs(4);
  auto blocks = inputs.ints(1);
  auto begins = inputs.ints(2);
  auto ends = inputs.ints(3);
  if (!blocks || !begins || !ends) return std::nullopt;
  BlockSizes sizes{*std::move(blocks), *std::move(begins), *std::move(ends)};
  sizes.RequireFits(inputs.shape(0).has_rank() ? inputs.shape(0).rank() : static_cast<int>(sizes.blocks.size()));
  return sizes;
}

Shape UnknownDims(const Shape& data) {
  return data.has_rank() ? Shape::Filled(data.rank(), kDynamic) : Shape::UnknownRank();
}

// Throws unless `whole` is a multiple of `part`.
std::int64_t Quotient(std::int64_t whole, std::int64_t part, std::string_view what, int axis) {
  if (whole % part == 0) return whole / part;
  throw Error(ErrorKind::kInvalidModel,
              fmt::format("{} of axis {} has {} elements, which blocks of {} do not divide", what, axis, whole, part));
}

}  // namespace

void BlockSizes::RequireFits(int rank) const {
  const std::size_t count = AsSize(rank);
  const bool fits = rank > 0 && blocks.size() == count && begins.size() == count && ends.size() == count &&
                    std::all_of(blocks.begin(), blocks.end(), [](std::int64_t block) { return block >= 1; }) &&
                    std::none_of(begins.begin(), begins.end(), IsNegative) &&
                    std::none_of(ends.begin(), ends.end(), IsNegative) && blocks[0] == 1 && begins[0] == 0 &&
                    ends[0] == 0;
  if (fits) return;
  throw Error(ErrorKind::kInvalidModel,
              fmt::format("blocks [{}], beginnings [{}] and ends [{}] do not fit data of rank {}: one of each an axis "
                          "is needed, 1, 0 and 0 for the batch, none negative",
                          fmt::join(blocks, ","), fmt::join(begins, ","), fmt::join(ends, ","), rank));
}

std::int64_t BlockSizes::num_blocks() const {
  std::int64_t product = 1;
  for (const std::int64_t block : blocks) product = CheckedMul(product, block);
  return product;
}

std::vector<TensorType> SpaceToBatch::Infer(const ir::InferContext& inputs) const {
  const auto sizes = KnownSizes(inputs);
  const Shape& data = inputs.shape(0);
  if (!sizes || !data.has_rank()) return {{inputs.dtype(0), UnknownDims(data)}};
  Shape result = data;
  if (data[0] != kDynamic) result[0] = CheckedMul(data[0], sizes->num_blocks());
  for (int axis = 1; axis < data.rank(); ++axis) {
    if (data[axis] == kDynamic) continue;
    const std::int64_t padded =
        CheckedAdd(CheckedAdd(data[axis], sizes->begins[AsSize(axis)]), sizes->ends[AsSize(axis)]);
    result[axis] = Quotient(padded, sizes->blocks[AsSize(axis)], "the padded extent", axis);
  }
  return {{inputs.dtype(0), result}};
}

std::vector<TensorType> BatchToSpace::Infer(const ir::InferContext& inputs) const {
  const auto sizes = KnownSizes(inputs);
  const Shape& data = inputs.shape(0);
  if (!sizes || !data.has_rank()) return {{inputs.dtype(0), UnknownDims(data)}};
  Shape result = data;
  if (data[0] != kDynamic) result[0] = Quotient(data[0], sizes->num_blocks(), "the batch", 0);
  for (int axis = 1; axis < data.rank(); ++axis) {
    if (data[axis] == kDynamic) continue;
    const std::int64_t whole = CheckedMul(data[axis], sizes->blocks[AsSize(axis)]);
    const std::int64_t cut = CheckedAdd(sizes->begins[AsSize(axis)], sizes->ends[AsSize(axis)]);
    if (cut > whole) {
      throw Error(ErrorKind::kInvalidModel,
                  fmt::format("{} elements are cut off axis {}, which has {}", cut, axis, whole));
    }
    result[axis] = whole - cut;
  }
  return {{inputs.dtype(0), result}};
}

}  // namespace stepwell::ops::space
