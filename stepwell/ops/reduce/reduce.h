#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "stepwell/ir/op.h"
#include "stepwell/ops/reduce/reduce_functions.h"

namespace stepwell::ops::reduce {

// Combines the elements of x along some axes. Inputs: x; the axes (integers, a scalar or a vector, counted from the end
// where negative; none leaves x as it is). The axes stay, 1 long, with `keep_dims`, and are left out without. The
// logical ones take booleans, the others numbers; y has the type of x. Over no elements: a maximum is the lowest value
// of the type, a minimum the highest, a product 1, a mean of floats NaN.
struct ReduceOpBase : ir::Op {
  bool keep_dims = false;

  virtual Reduction function() const = 0;
  std::vector<TensorType> Infer(const ir::InferContext& inputs) const override;
  std::optional<ir::PartialInts> InferInts(const ir::InferContext& inputs) const override;
};

template <Reduction kFunction>
struct ReduceOp final : ir::OpOf<ReduceOp<kFunction>, ReduceOpBase> {
  static constexpr std::string_view kName = FunctionOf(kFunction).name;
  static constexpr std::string_view kOpset = "opset1";

  Reduction function() const override { return kFunction; }
  static void Fields(auto& self, auto& field) { field("keep_dims", self.keep_dims); }
};

using ReduceMax = ReduceOp<Reduction::kMax>;
using ReduceMin = ReduceOp<Reduction::kMin>;
using ReduceSum = ReduceOp<Reduction::kSum>;
using ReduceMean = ReduceOp<Reduction::kMean>;
using ReduceProd = ReduceOp<Reduction::kProd>;
using ReduceLogicalAnd = ReduceOp<Reduction::kLogicalAnd>;
using ReduceLogicalOr = ReduceOp<Reduction::kLogicalOr>;

}  // namespace stepwell::ops::reduce
