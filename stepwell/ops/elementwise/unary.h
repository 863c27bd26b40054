#pragma once

#include <array>
#include <string_view>
#include <vector>

#include "stepwell/ir/op.h"
#include "stepwell/ops/elementwise/unary_functions.h"

namespace stepwell::ops::elementwise {

// y = f(x), element by element; y has the type of x. Throws where f is not defined for the element type.
struct UnaryOpBase : ir::Op {
  virtual Unary function() const = 0;
  std::vector<TensorType> Infer(const ir::InferContext& inputs) const override;
};

template <Unary kFunction>
struct UnaryOp final : ir::OpOf<UnaryOp<kFunction>, UnaryOpBase> {
  static constexpr std::string_view kName = FunctionOf(kFunction).name;
  static constexpr std::string_view kOpset = FunctionOf(kFunction).opset;

  Unary function() const override { return kFunction; }
  static void Fields(auto&, auto&) {}
};

using Relu = UnaryOp<Unary::kRelu>;
using Sigmoid = UnaryOp<Unary::kSigmoid>;
using Tanh = UnaryOp<Unary::kTanh>;
using Exp = UnaryOp<Unary::kExp>;
using Log = UnaryOp<Unary::kLog>;
using Sqrt = UnaryOp<Unary::kSqrt>;
using Erf = UnaryOp<Unary::kErf>;
using Negative = UnaryOp<Unary::kNegative>;
using Abs = UnaryOp<Unary::kAbs>;
using Sign = UnaryOp<Unary::kSign>;
using Floor = UnaryOp<Unary::kFloor>;
using Ceiling = UnaryOp<Unary::kCeiling>;
using LogicalNot = UnaryOp<Unary::kLogicalNot>;

// The one of them with a field of its own: where halves are rounded to.
struct Round final : ir::OpOf<Round, UnaryOpBase> {
  static constexpr std::string_view kName = FunctionOf(Unary::kRoundToEven).name;
  static constexpr std::string_view kOpset = FunctionOf(Unary::kRoundToEven).opset;

  enum class Halves : std::uint8_t { kToEven, kFromZero };

  Halves halves = Halves::kToEven;

  Unary function() const override { return halves == Halves::kToEven ? Unary::kRoundToEven : Unary::kRoundFromZero; }
  static void Fields(auto& self, auto& field) {
    static constexpr std::array<std::string_view, 2> kHalves = {"half_to_even", "half_away_from_zero"};
    ir::EnumField(field, "mode", self.halves, kHalves);
  }
};

}  // namespace stepwell::ops::elementwise
