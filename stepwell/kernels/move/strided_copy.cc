#include "stepwell/kernels/move/strided_copy.h"

#include <algorithm>
#include <cstring>

#include "stepwell/base/checked.h"

namespace stepwell::kernels {
namespace {

template <class Element>
void CopyRow(const Element* in, Element* out, const StridedCopy::Axis& axis) {
  if (axis.in_stride == 1 && axis.out_stride == 1) {
    std::memcpy(out, in, AsSize(axis.extent) * sizeof(Element));
    return;
  }
  for (std::int64_t i = 0; i < axis.extent; ++i) out[i * axis.out_stride] = in[i * axis.in_stride];
}

void CopyStretch(const ConstParts& in, std::size_t source, const Parts& out, std::size_t target, std::size_t bytes) {
  while (bytes > 0) {
    const std::size_t count = std::min({bytes, in.Together(source), out.Together(target)});
    std::memcpy(out.At(target), in.At(source), count);
    source += count;
    target += count;
    bytes -= count;
  }
}

}  // namespace

void CopyIntoParts(std::span<const std::byte> bytes, const Parts& parts, std::size_t offset) {
  if (parts.parts.size() == 1) {
    std::memcpy(parts.parts[0] + offset, bytes.data(), bytes.size());
    return;
  }
  const std::byte* whole = bytes.data();
  CopyStretch({{&whole, 1}, bytes.size()}, 0, parts, offset, bytes.size());
}

StridedCopy::StridedCopy(std::span<const Axis> axes, std::int64_t in_offset, std::int64_t out_offset)
    : in_offset_(in_offset), out_offset_(out_offset) {
  for (const Axis& axis : axes) {
    STEPWELL_CHECK(axis.extent >= 0);
    empty_ = empty_ || axis.extent == 0;
    if (axis.extent != 1) Append(axis);
  }
  if (num_axes_ == 0) Append({.extent = 1, .in_stride = 1, .out_stride = 1});
}

void StridedCopy::Append(const Axis& axis) {
  if (num_axes_ > 0) {
    Axis& outer = axes_[AsSize(num_axes_ - 1)];
    if (outer.in_stride == axis.in_stride * axis.extent && outer.out_stride == axis.out_stride * axis.extent) {
      outer = {outer.extent * axis.extent, axis.in_stride, axis.out_stride};
      return;
    }
  }
  STEPWELL_CHECK(num_axes_ < kMaxAxes);
  axes_[AsSize(num_axes_++)] = axis;
}

template <class Visit>
void StridedCopy::ForEachStretch(const Visit& visit) const {
  std::int64_t source = in_offset_;
  std::int64_t target = out_offset_;
  std::array<std::int64_t, static_cast<std::size_t>(kMaxAxes)> index{};
  const int last = num_axes_ - 1;
  int axis = last;
  while (axis >= 0) {
    visit(source, target);
    for (axis = last - 1; axis >= 0; --axis) {
      const Axis& step = axes_[AsSize(axis)];
      source += step.in_stride;
      target += step.out_stride;
      if (++index[AsSize(axis)] < step.extent) break;
      index[AsSize(axis)] = 0;
      source -= step.extent * step.in_stride;
      target -= step.extent * step.out_stride;
    }
  }
}

template <class Element>
void StridedCopy::RunAs(const std::byte* in, std::byte* out) const {
  const Axis& axis = axes_[AsSize(num_axes_ - 1)];
  ForEachStretch([&](std::int64_t source, std::int64_t target) {
    CopyRow(reinterpret_cast<const Element*>(in) + source, reinterpret_cast<Element*>(out) + target, axis);
  });
}

void StridedCopy::Run(const ConstParts& in, const Parts& out, std::size_t element_bytes) const {
  if (empty_) return;
  const Axis& axis = axes_[AsSize(num_axes_ - 1)];
  const bool dense = axis.in_stride == 1 && axis.out_stride == 1;
  ForEachStretch([&](std::int64_t source, std::int64_t target) {
    if (dense)
      return CopyStretch(in, AsSize(source) * element_bytes, out, AsSize(target) * element_bytes,
                         AsSize(axis.extent) * element_bytes);
    for (std::int64_t i = 0; i < axis.extent; ++i) {
      std::memcpy(out.At(AsSize(target + i * axis.out_stride) * element_bytes),
                  in.At(AsSize(source + i * axis.in_stride) * element_bytes), element_bytes);
    }
  });
}

void StridedCopy::Run(const std::byte* in, std::byte* out, std::size_t element_bytes) const {
  if (empty_) return;
  switch (element_bytes) {
    case 1:
      return RunAs<std::uint8_t>(in, out);
    case 2:
      return RunAs<std::uint16_t>(in, out);
    case 4:
      return RunAs<std::uint32_t>(in, out);
    case 8:
      return RunAs<std::uint64_t>(in, out);
    default:
      throw Error(ErrorKind::kUnsupported, "elements of " + std::to_string(element_bytes) + " bytes cannot be moved");
  }
}

std::array<std::int64_t, static_cast<std::size_t>(Shape::kMaxRank)> DenseStrides(const Shape& shape) {
  std::array<std::int64_t, static_cast<std::size_t>(Shape::kMaxRank)> strides{};
  std::int64_t stride = 1;
  for (int axis = shape.rank() - 1; axis >= 0; --axis) {
    strides[AsSize(axis)] = stride;
    stride *= shape[axis];
  }
  return strides;
}

}  // namespace stepwell::kernels
