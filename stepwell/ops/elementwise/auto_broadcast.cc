#include "stepwell/ops/elementwise/auto_broadcast.h"

namespace stepwell::ops::elementwise {

Shape CommonShape(AutoBroadcast rule, const Shape& a, const Shape& b) {
  if (rule == AutoBroadcast::kNone && !ShapesAgree(a, b)) {
    throw Error(ErrorKind::kInvalidModel,
                "without broadcasting, shapes must be equal; found " + ToText(a) + " and " + ToText(b));
  }
  return BroadcastShapes(a, b);
}

}  // namespace stepwell::ops::elementwise
