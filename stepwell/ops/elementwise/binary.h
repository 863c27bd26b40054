#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "stepwell/ir/op.h"
#include "stepwell/ops/elementwise/auto_broadcast.h"
#include "stepwell/ops/elementwise/binary_functions.h"

namespace stepwell::ops::elementwise {

// y = f(a, b), element by element after broadcasting a and b to one shape. Both have one type; y has it too, or is
// boolean where f compares. Throws where types differ, f is not defined for them or the shapes do not broadcast.
struct BinaryOpBase : ir::Op {
  AutoBroadcast auto_broadcast = AutoBroadcast::kNumpy;

  virtual Binary function() const = 0;
  std::vector<TensorType> Infer(const ir::InferContext& inputs) const override;
  std::optional<ir::PartialInts> InferInts(const ir::InferContext& inputs) const override;
};

template <Binary kFunction>
struct BinaryOp final : ir::OpOf<BinaryOp<kFunction>, BinaryOpBase> {
  static constexpr std::string_view kName = FunctionOf(kFunction).name;
  static constexpr std::string_view kOpset = FunctionOf(kFunction).opset;

  Binary function() const override { return kFunction; }
  static void Fields(auto& self, auto& field) { AutoBroadcastField(field, self.auto_broadcast); }
};

using Add = BinaryOp<Binary::kAdd>;
using Subtract = BinaryOp<Binary::kSubtract>;
using Multiply = BinaryOp<Binary::kMultiply>;
using Maximum = BinaryOp<Binary::kMaximum>;
using Minimum = BinaryOp<Binary::kMinimum>;
using Power = BinaryOp<Binary::kPower>;
using SquaredDifference = BinaryOp<Binary::kSquaredDifference>;
using Mod = BinaryOp<Binary::kMod>;
using FloorMod = BinaryOp<Binary::kFloorMod>;
using Less = BinaryOp<Binary::kLess>;
using LessEqual = BinaryOp<Binary::kLessEqual>;
using Greater = BinaryOp<Binary::kGreater>;
using GreaterEqual = BinaryOp<Binary::kGreaterEqual>;
using Equal = BinaryOp<Binary::kEqual>;
using NotEqual = BinaryOp<Binary::kNotEqual>;
using LogicalAnd = BinaryOp<Binary::kLogicalAnd>;
using LogicalOr = BinaryOp<Binary::kLogicalOr>;

// The one of them with a field of its own: whether quotients of integers are rounded down (as Python's //) or toward
// zero (as C's /). Floats are not rounded.
struct Divide final : ir::OpOf<Divide, BinaryOpBase> {
  static constexpr std::string_view kName = FunctionOf(Binary::kDivide).name;
  static constexpr std::string_view kOpset = "opset1";

  bool rounds_down = true;

  Binary function() const override { return rounds_down ? Binary::kDivide : Binary::kTruncatedDivide; }
  static void Fields(auto& self, auto& field) {
    AutoBroadcastField(field, self.auto_broadcast);
    field("m_pythondiv", self.rounds_down);
  }
};

}  // namespace stepwell::ops::elementwise
