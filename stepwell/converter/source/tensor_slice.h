#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "stepwell/base/shape.h"
#include "stepwell/converter/source/source_tensor.h"
#include "stepwell/converter/source/wire_reader.h"

namespace stepwell::converter {

// Part of one axis of a stored tensor; without a length, the whole axis.
struct SliceExtent {
  std::int64_t start = 0;
  std::optional<std::int64_t> length;
};
using TensorSlice = std::vector<SliceExtent>;  // one per axis

// A TensorSliceProto.
TensorSlice ReadTensorSlice(WireReader message);
// "1,3:-" as TensorFlow writes it: start and length of each axis, - for a whole one.
std::string ToText(const TensorSlice& slice);
// The extents of that part of a tensor. Throws Error(kInvalidModel) where it does not lie inside.
Shape ShapeOfSlice(const TensorSlice& slice, const Shape& whole);

// The key under which both formats of checkpoint store a part of a variable: 0, the name, the number of axes, and start
// and length of each (-1 for a whole axis), in an encoding whose bytes sort as the values do (TensorFlow's
// OrderedCode).
std::string SliceKey(std::string_view name, const TensorSlice& slice);

// One stored part: where it belongs, and its elements.
struct SlicePiece {
  TensorSlice slice;
  SourceTensor tensor;  // of the shape of the slice
};
// The tensor that the pieces make up. A single piece that is the whole is passed on without a copy. Throws
// Error(kInvalidModel) unless the pieces cover every element exactly once.
SourceTensor Assemble(TfType type, const Shape& shape, std::vector<SlicePiece> pieces);

}  // namespace stepwell::converter
