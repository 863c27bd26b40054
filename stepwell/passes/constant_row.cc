#include "stepwell/passes/constant_row.h"

#include "stepwell/ops/layout/reshape.h"

namespace stepwell::passes {

bool IsConstantRow(const Matcher& matcher, ir::ValueId value, const Shape& result) {
  if (!matcher.IsConstant(value) || result.rank() < 1) return false;
  const Shape& shape = matcher.ShapeOf(value);
  const Dim length = result[result.rank() - 1];
  return shape.rank() >= 1 && shape.rank() <= result.rank() && shape[shape.rank() - 1] == length &&
         shape.num_elements() == length;
}

ir::ValueId AddRow(ir::GraphBuilder& builder, const std::string& name, ir::ValueId row) {
  const Shape& shape = builder.type(row).shape;
  if (shape.rank() == 1) return row;
  const ir::ValueId length = builder.AddInts(name + "_shape", {shape.num_elements()});
  return builder.AddOne(name, ops::layout::Reshape{}, {row, length});
}

}  // namespace stepwell::passes
