#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>

#include "stepwell/base/error.h"

namespace stepwell {

using Dim = std::int64_t;
inline constexpr Dim kDynamic = -1;

// The extents of a tensor. Up to eight are held inline, so a Shape never allocates and may be copied on the step path.
// A dimension may be kDynamic; a whole shape may be of unknown rank until a plan is made.
class Shape {
 public:
  static constexpr int kMaxRank = 8;

  constexpr Shape() = default;  // a scalar
  constexpr Shape(std::initializer_list<Dim> dims) {
    for (const Dim dim : dims) Append(dim);
  }
  explicit constexpr Shape(std::span<const Dim> dims) {
    for (const Dim dim : dims) Append(dim);
  }
  static constexpr Shape UnknownRank() {
    Shape shape;
    shape.rank_ = -1;
    return shape;
  }
  static constexpr Shape Filled(int rank, Dim dim) {
    Shape shape;
    for (int axis = 0; axis < rank; ++axis) shape.Append(dim);
    return shape;
  }

  constexpr bool has_rank() const { return rank_ >= 0; }
  constexpr int rank() const { return rank_; }  // -1 where unknown
  constexpr Dim operator[](int axis) const { return dims_[static_cast<std::size_t>(axis)]; }
  constexpr Dim& operator[](int axis) { return dims_[static_cast<std::size_t>(axis)]; }
  constexpr std::span<const Dim> dims() const {
    return {dims_.data(), static_cast<std::size_t>(rank_ < 0 ? 0 : rank_)};
  }

  constexpr void Append(Dim dim) {
    if (rank_ >= kMaxRank) throw Error(ErrorKind::kUnsupported, "a tensor has more than 8 dimensions");
    dims_[static_cast<std::size_t>(rank_++)] = dim;
  }
  bool is_static() const;
  // The product of the extents; throws unless the shape is static, and where the product overflows.
  Dim num_elements() const;

  friend constexpr bool operator==(const Shape& a, const Shape& b) {
    if (a.rank_ != b.rank_) return false;
    for (int axis = 0; axis < a.rank_; ++axis) {
      if (a[axis] != b[axis]) return false;
    }
    return true;
  }

 private:
  std::array<Dim, kMaxRank> dims_{};
  int rank_ = 0;
};

// "[1,?,19,26]", "[]" for a scalar, "[...]" for an unknown rank.
std::string ToText(const Shape& shape);

// `axis` counted from the end when negative. Throws when outside the rank.
int NormalizedAxis(std::int64_t axis, int rank);

// Whether the two can be the same extent: equal, or one of them dynamic.
constexpr bool DimsAgree(Dim a, Dim b) { return a == b || a == kDynamic || b == kDynamic; }
constexpr Dim MergedDim(Dim a, Dim b) { return a == kDynamic ? b : a; }
// Whether every dimension agrees (an unknown rank agrees with all).
bool ShapesAgree(const Shape& a, const Shape& b);

// NumPy broadcasting of two shapes, dynamic dimensions included. Throws where they cannot be broadcast.
Shape BroadcastShapes(const Shape& a, const Shape& b);

}  // namespace stepwell
