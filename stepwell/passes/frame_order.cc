#include "stepwell/passes/frame_order.h"

#include <limits>

#include "stepwell/ops/layout/reshape.h"
#include "stepwell/ops/layout/slice.h"
#include "stepwell/ops/layout/transpose.h"
#include "stepwell/ops/select/gather.h"

namespace stepwell::passes {

using ir::ValueId;

ValueId AddShaped(ir::GraphBuilder& builder, const std::string& name, ValueId value, const Shape& shape) {
  if (!shape.is_static() || builder.type(value).shape == shape) return value;
  const std::vector<std::int64_t> dims(shape.dims().begin(), shape.dims().end());
  return builder.AddOne(name, ops::layout::Reshape{}, {value, builder.AddInts(name + "/shape", dims)});
}

ValueId AddReversed(ir::GraphBuilder& builder, const std::string& name, ValueId sequence, int frame_axis) {
  const auto one = [&](std::int64_t value) { return builder.AddInts(name + "/bound", {value}); };
  return builder.AddOne(name, ops::layout::Slice{},
                        {sequence, one(-1), one(std::numeric_limits<std::int64_t>::min()), one(-1), one(frame_axis)});
}

ValueId AddLastFrame(ir::GraphBuilder& builder, const std::string& name, ValueId sequence, int frame_axis) {
  return builder.AddOne(
      name, ops::select::Gather{},
      {sequence, builder.AddInt(name + "/last_frame", -1), builder.AddInt(name + "/frame_axis", frame_axis)});
}

ValueId AddOtherOrder(ir::GraphBuilder& builder, const std::string& name, ValueId sequence) {
  return builder.AddOne(name, ops::layout::Transpose{}, {sequence, builder.AddInts(name + "/order", {1, 0, 2})});
}

}  // namespace stepwell::passes
