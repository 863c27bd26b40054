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

// A dense tensor that is put together, each time it is read, from parts that do not overlap.
class Mosaic : public ByteSource {
 public:
  Mosaic(DType dtype, const Shape& shape, std::vector<SlicePiece> pieces)
      : shape_(shape),
        element_(BytesOf(dtype, 1)),
        size_(BytesOf(dtype, shape.num_elements())),
        pieces_(std::move(pieces)) {
    CheckDistinct();
  }

  std::size_t size() const override { return size_; }
  std::size_t work() const override { return CheckedMul(size_, std::size_t{2}); }
  void Stream(Take take) const override { take(Make().span()); }

  SharedBytes Make() const override {
    AlignedBuffer buffer(size_);
    for (const SlicePiece& piece : pieces_) {
      const SharedBytes bytes = piece.tensor.Bytes().Get();
      ForEachRun(piece.slice, [&](std::size_t position, std::size_t done, std::size_t count) {
        std::memcpy(buffer.data() + position * element_, bytes.data() + done * element_, count * element_);
      });
      bytes.ReleasePages();
    }
    return SharedBytes::Own(std::move(buffer));
  }

 private:
  using Run = FunctionRef<void(std::size_t position, std::size_t done, std::size_t count)>;

  // Each row of the part, in order: where in the whole it begins, how many elements precede it in the part, and how
  // many it has.
  void ForEachRun(const TensorSlice& slice, Run run) const {
    const Shape part = ShapeOfSlice(slice, shape_);
    const Dim count = part.rank() == 0 ? 1 : part[part.rank() - 1];
    std::array<Dim, Shape::kMaxRank> index{};
    for (Dim done = 0; done < part.num_elements(); done += count) {
      run(PositionOf(slice, index), AsSize(done), AsSize(count));
      Advance(part, index);
    }
  }

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

  void CheckDistinct() const {
    std::vector<bool> present(AsSize(shape_.num_elements()));
    for (const SlicePiece& piece : pieces_) {
      ForEachRun(piece.slice, [&](std::size_t position, std::size_t, std::size_t count) {
        for (std::size_t i = position; i < position + count; ++i) {
          Require(!present[i], ErrorKind::kInvalidModel, "two parts hold the same element");
          present[i] = true;
        }
      });
    }
  }

  Shape shape_;
  std::size_t element_;
  std::size_t size_;
  std::vector<SlicePiece> pieces_;
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
  auto mosaic = std::make_shared<const Mosaic>(*dtype, shape, std::move(pieces));
  return SourceTensor{type, dtype, shape, LazyBytes(std::move(mosaic)), {}};
}

}  // namespace stepwell::converter
