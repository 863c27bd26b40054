#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "stepwell/base/shape.h"

namespace stepwell::kernels {

// Bytes that lie in equal parts, one after the other: a tensor's rows that its owners keep.
template <class Byte>
struct BasicParts {
  std::span<Byte* const> parts;
  std::size_t part_bytes = 0;

  Byte* At(std::size_t offset) const { return parts[offset / part_bytes] + offset % part_bytes; }
  // How many of the bytes from `offset` on lie together.
  std::size_t Together(std::size_t offset) const { return part_bytes - offset % part_bytes; }
};
using Parts = BasicParts<std::byte>;
using ConstParts = BasicParts<const std::byte>;

// Copies bytes that lie together to where [offset, offset + bytes.size()) of the parts lies.
void CopyIntoParts(std::span<const std::byte> bytes, const Parts& parts, std::size_t offset);

// Copies a block of elements from one layout to another: element (i0, i1, …) goes from
// in_offset + sum of i * in_stride to out_offset + sum of i * out_stride. Transposing, slicing, repeating and padding
// are all this. Small, without memory of its own; neighbouring axes that lie dense on both sides become one, and what
// is dense at the end moves by memcpy.
class StridedCopy {
 public:
  static constexpr int kMaxAxes = 2 * Shape::kMaxRank;  // a repeated axis takes two

  // Strides count elements; 0 repeats, a negative one walks backwards.
  struct Axis {
    std::int64_t extent = 1;
    std::int64_t in_stride = 0;
    std::int64_t out_stride = 0;
  };

  // The axes from the slowest to the fastest; at most kMaxAxes. An extent of 0 makes the copy empty.
  explicit StridedCopy(std::span<const Axis> axes, std::int64_t in_offset = 0, std::int64_t out_offset = 0);

  // Elements of 1, 2, 4 or 8 bytes. The blocks must not overlap. Allocates nothing.
  void Run(const std::byte* in, std::byte* out, std::size_t element_bytes) const;
  // The same between blocks in parts; an element lies in one part.
  void Run(const ConstParts& in, const Parts& out, std::size_t element_bytes) const;

 private:
  void Append(const Axis& axis);
  // Calls visit(in, out) with the places, in elements, where each stretch of the last axis begins.
  template <class Visit>
  void ForEachStretch(const Visit& visit) const;
  template <class Element>
  void RunAs(const std::byte* in, std::byte* out) const;

  std::array<Axis, static_cast<std::size_t>(kMaxAxes)> axes_{};  // without those of extent 1; neighbours joined
  int num_axes_ = 0;
  bool empty_ = false;
  std::int64_t in_offset_ = 0;
  std::int64_t out_offset_ = 0;
};

// How far apart, in elements, neighbours along each axis of a dense tensor of static shape lie.
std::array<std::int64_t, static_cast<std::size_t>(Shape::kMaxRank)> DenseStrides(const Shape& shape);

}  // namespace stepwell::kernels
