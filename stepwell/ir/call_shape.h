#pragma once

#include <string>

#include "stepwell/base/shape.h"

namespace stepwell::ir {

// Which shapes a call may give to an input.
struct CallShape {
  Shape shape;    // an extent that has to be so, or kDynamic
  Shape largest;  // by axis; kDynamic where nothing limits it

  CallShape() = default;
  explicit CallShape(const Shape& fixed) : shape(fixed), largest(Shape::Filled(fixed.rank(), kDynamic)) {}

  bool Takes(const Shape& given) const;
  bool HasLimits() const;
  friend bool operator==(const CallShape&, const CallShape&) = default;
};

// "[?,..64]": any batch, at most 64 of the second axis.
std::string ToText(const CallShape& call);

}  // namespace stepwell::ir
