#include "stepwell/converter/source/tensor_slice.h"

#include <fmt/format.h>

#include <array>
#include <cstring>

#include "stepwell/base/checked.h"
#include "stepwell/base/error.h"
#include "stepwell/base/text.h"

namespace stepwell::converter {
namespace {

SliceExtent ReadExtent(WireReader message) {
  SliceExtent extent;
  while (message.Next()) {
    if (message.field() == 1) extent.start = message.Int();
    if (message.field() == 2) extent.length = message.Int();
  }
  return extent;
}

Error SliceError(const TensorSlice& slice, const Shape& whole) {
  return {ErrorKind::kInvalidModel,
          fmt::format("the part {} does not lie inside a tensor of shape {}", ToText(slice), ToText(whole))};
}

// A dense tensor that is put together from parts, and which of its elements are there already.
class Mosaic {
 public:
  Mosaic(DType dtype, const Shape& shape)
      : shape_(shape),
        element_(BytesOf(dtype, 1)),
        buffer_(BytesOf(dtype, shape.num_elements())),
        present_(AsSize(shape.num_elements())) {}

  void Place(const SlicePiece& piece) {
    const Shape part = ShapeOfSlice(piece.slice, shape_);
    const SharedBytes bytes = piece.tensor.Bytes();
    if (bytes.size() == 0) return;
    const Dim run = part.rank() == 0 ? 1 : part[part.rank() - 1];
    std::array<Dim, Shape::kMaxRank> index{};
    for (Dim done = 0; done < part.num_elements(); done += run) {
      CopyRun(PositionOf(piece.slice, index), bytes.data() + AsSize(done) * element_, AsSize(run));
      Advance(part, index);
    }
  }

  SharedBytes Take() { return SharedBytes::Own(std::move(buffer_)); }

 private:
  // Where in the whole tensor the row of the part lies that `index` names; in elements.
  std::size_t PositionOf(const TensorSlice& slice, const std::array<Dim, Shape::kMaxRank>& index) const {
    Dim position = 0;
    for (std::size_t axis = 0; axis < slice.size(); ++axis) {
      position = position * shape_[static_cast<int>(axis)] + slice[axis].start + index[axis];
    }
    return AsSize(position);
  }

  // To the next row of the part: all axes but the last count.
  static void Advance(const Shape& part, std::array<Dim, Shape::kMaxRank>& index) {
    for (int axis = part.rank() - 2; axis >= 0; --axis) {
      if (++index[AsSize(axis)] < part[axis]) return;
      index[AsSize(axis)] = 0;
    }
  }

  void CopyRun(std::size_t position, const std::byte* source, std::size_t count) {
    for (std::size_t i = position; i < position + count; ++i) {
      Require(!present_[i], ErrorKind::kInvalidModel, "two parts hold the same element");
      present_[i] = true;
    }
    std::memcpy(buffer_.data() + position * element_, source, count * element_);
  }

  Shape shape_;
  std::size_t element_;
  AlignedBuffer buffer_;
  std::vector<bool> present_;
};

// Throws unless the parts have as many elements as the whole, which also bounds it by what the file holds.
void CheckCount(const Shape& shape, const std::vector<SlicePiece>& pieces) {
  Dim count = 0;
  for (const SlicePiece& piece : pieces) count = CheckedAdd(count, piece.tensor.shape.num_elements());
  if (count == shape.num_elements()) return;
  throw Error(ErrorKind::kInvalidModel,
              fmt::format("the {} stored parts hold {} elements, but the shape {} has {}; a shard may be missing",
                          pieces.size(), count, ToText(shape), shape.num_elements()));
}

}  // namespace

TensorSlice ReadTensorSlice(WireReader message) {
  TensorSlice slice;
  while (message.Next()) {
    if (message.field() == 1) slice.push_back(ReadExtent(message.Message()));
  }
  return slice;
}

std::string ToText(const TensorSlice& slice) {
  std::vector<std::string> extents;
  for (const SliceExtent& extent : slice) {
    extents.push_back(extent.length ? fmt::format("{},{}", extent.start, *extent.length) : "-");
  }
  return Join(extents, ":");
}

Shape ShapeOfSlice(const TensorSlice& slice, const Shape& whole) {
  if (static_cast<int>(slice.size()) != whole.rank()) throw SliceError(slice, whole);
  Shape shape;
  for (int axis = 0; axis < whole.rank(); ++axis) {
    const SliceExtent& extent = slice[AsSize(axis)];
    const Dim length = extent.length.value_or(whole[axis]);
    const bool inside =
        extent.start >= 0 && length >= 0 && length <= whole[axis] && extent.start <= whole[axis] - length;
    if (!inside) throw SliceError(slice, whole);
    shape.Append(length);
  }
  return shape;
}

SourceTensor Assemble(TfType type, const Shape& shape, std::vector<SlicePiece> pieces) {
  CheckCount(shape, pieces);
  if (pieces.size() == 1) return std::move(pieces[0].tensor);
  const auto dtype = ElementType(type);
  if (!dtype) {
    throw Error(ErrorKind::kUnsupported, fmt::format("parts of {} cannot be put together", TfTypeName(type)));
  }
  Mosaic mosaic(*dtype, shape);
  for (const SlicePiece& piece : pieces) mosaic.Place(piece);
  return SourceTensor{type, dtype, shape, mosaic.Take(), {}};
}

}  // namespace stepwell::converter
