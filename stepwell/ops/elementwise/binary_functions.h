#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "stepwell/base/error.h"
#include "stepwell/ops/wrapped_arithmetic.h"

// Everything the library knows about functions of two variables. Ops, import rules, kernels and tests loop over this
// table: a function is added by adding an enumerator and a row.
namespace stepwell::ops::elementwise {

enum class Binary : std::uint8_t {
  kAdd,
  kSubtract,
  kMultiply,
  kDivide,           // integers: rounded down
  kTruncatedDivide,  // integers: rounded toward zero
  kMaximum,
  kMinimum,
  kPower,
  kSquaredDifference,
  kMod,       // has the sign of the dividend
  kFloorMod,  // has the sign of the divisor
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual,
  kEqual,
  kNotEqual,
  kLogicalAnd,
  kLogicalOr,
  kLogicalXor,
};
inline constexpr std::size_t kNumBinary = static_cast<std::size_t>(Binary::kLogicalXor) + 1;

// A function is defined for the kinds of elements whose pointer is not null.
struct BinaryFunction {
  enum class Result : std::uint8_t { kSameType, kBool };

  Binary id;
  std::string_view name;                            // of the layer in IR
  std::string_view opset = "opset1";                // the one that files name
  std::array<std::string_view, 2> source_ops = {};  // in TensorFlow; empty where there is none
  double (*real)(double, double) = nullptr;
  std::int64_t (*integer)(std::int64_t, std::int64_t) = nullptr;  // the result is cut to the width of the type
  bool (*logical)(bool, bool) = nullptr;
  Result result = Result::kSameType;  // kBool: `real` and `integer` give 0 or 1
};

// Quotients that cannot trap.
constexpr std::int64_t TruncatedQuotient(std::int64_t a, std::int64_t b) {
  if (b == 0) throw Error(ErrorKind::kInvalidArgument, "an integer is divided by zero");
  return b == -1 ? WrappedSubtract(0, a) : a / b;
}
constexpr std::int64_t FlooredQuotient(std::int64_t a, std::int64_t b) {
  const std::int64_t quotient = TruncatedQuotient(a, b);
  const std::int64_t remainder = WrappedSubtract(a, WrappedMultiply(quotient, b));
  return quotient - std::int64_t{remainder != 0 && (remainder < 0) != (b < 0)};
}

inline constexpr std::array<BinaryFunction, kNumBinary> kBinaryFunctions = {{
    {.id = Binary::kAdd,
     .name = "Add",
     .source_ops = {"Add", "AddV2"},
     .real = [](double a, double b) { return a + b; },
     .integer = WrappedAdd},
    {.id = Binary::kSubtract,
     .name = "Subtract",
     .source_ops = {"Sub"},
     .real = [](double a, double b) { return a - b; },
     .integer = WrappedSubtract},
    {.id = Binary::kMultiply,
     .name = "Multiply",
     .source_ops = {"Mul"},
     .real = [](double a, double b) { return a * b; },
     .integer = WrappedMultiply},
    {.id = Binary::kDivide,
     .name = "Divide",
     .source_ops = {"RealDiv"},
     .real = [](double a, double b) { return a / b; },
     .integer = FlooredQuotient},
    {.id = Binary::kTruncatedDivide,
     .name = "Divide",
     .real = [](double a, double b) { return a / b; },
     .integer = TruncatedQuotient},
    {.id = Binary::kMaximum,
     .name = "Maximum",
     .source_ops = {"Maximum"},
     .real = [](double a, double b) { return a < b ? b : a; },
     .integer = [](std::int64_t a, std::int64_t b) { return a < b ? b : a; }},
    {.id = Binary::kMinimum,
     .name = "Minimum",
     .source_ops = {"Minimum"},
     .real = [](double a, double b) { return b < a ? b : a; },
     .integer = [](std::int64_t a, std::int64_t b) { return b < a ? b : a; }},
    {.id = Binary::kPower,
     .name = "Power",
     .source_ops = {"Pow"},
     .real = [](double a, double b) { return std::pow(a, b); }},
    {.id = Binary::kSquaredDifference,
     .name = "SquaredDifference",
     .source_ops = {"SquaredDifference"},
     .real = [](double a, double b) { return (a - b) * (a - b); },
     .integer = [](std::int64_t a,
                   std::int64_t b) { return WrappedMultiply(WrappedSubtract(a, b), WrappedSubtract(a, b)); }},
    {.id = Binary::kMod,
     .name = "Mod",
     .source_ops = {"Mod", "TruncateMod"},
     .real = [](double a, double b) { return std::fmod(a, b); },
     .integer = [](std::int64_t a, std::int64_t b) { return a - WrappedMultiply(TruncatedQuotient(a, b), b); }},
    {.id = Binary::kFloorMod,
     .name = "FloorMod",
     .source_ops = {"FloorMod"},
     .real =
         [](double a, double b) {
           const double remainder = std::fmod(a, b);
           return remainder != 0 && (remainder < 0) != (b < 0) ? remainder + b : remainder;
         },
     .integer = [](std::int64_t a,
                   std::int64_t b) { return WrappedSubtract(a, WrappedMultiply(FlooredQuotient(a, b), b)); }},
    {.id = Binary::kLess,
     .name = "Less",
     .source_ops = {"Less"},
     .real = [](double a, double b) { return a < b ? 1.0 : 0.0; },
     .integer = [](std::int64_t a, std::int64_t b) { return std::int64_t{a < b}; },
     .result = BinaryFunction::Result::kBool},
    {.id = Binary::kLessEqual,
     .name = "LessEqual",
     .source_ops = {"LessEqual"},
     .real = [](double a, double b) { return a <= b ? 1.0 : 0.0; },
     .integer = [](std::int64_t a, std::int64_t b) { return std::int64_t{a <= b}; },
     .result = BinaryFunction::Result::kBool},
    {.id = Binary::kGreater,
     .name = "Greater",
     .source_ops = {"Greater"},
     .real = [](double a, double b) { return a > b ? 1.0 : 0.0; },
     .integer = [](std::int64_t a, std::int64_t b) { return std::int64_t{a > b}; },
     .result = BinaryFunction::Result::kBool},
    {.id = Binary::kGreaterEqual,
     .name = "GreaterEqual",
     .source_ops = {"GreaterEqual"},
     .real = [](double a, double b) { return a >= b ? 1.0 : 0.0; },
     .integer = [](std::int64_t a, std::int64_t b) { return std::int64_t{a >= b}; },
     .result = BinaryFunction::Result::kBool},
    {.id = Binary::kEqual,
     .name = "Equal",
     .source_ops = {"Equal"},
     .real = [](double a, double b) { return a == b ? 1.0 : 0.0; },
     .integer = [](std::int64_t a, std::int64_t b) { return std::int64_t{a == b}; },
     .logical = [](bool a, bool b) { return a == b; },
     .result = BinaryFunction::Result::kBool},
    {.id = Binary::kNotEqual,
     .name = "NotEqual",
     .source_ops = {"NotEqual"},
     .real = [](double a, double b) { return a != b ? 1.0 : 0.0; },
     .integer = [](std::int64_t a, std::int64_t b) { return std::int64_t{a != b}; },
     .logical = [](bool a, bool b) { return a != b; },
     .result = BinaryFunction::Result::kBool},
    {.id = Binary::kLogicalAnd,
     .name = "LogicalAnd",
     .source_ops = {"LogicalAnd"},
     .logical = [](bool a, bool b) { return a && b; },
     .result = BinaryFunction::Result::kBool},
    {.id = Binary::kLogicalOr,
     .name = "LogicalOr",
     .source_ops = {"LogicalOr"},
     .logical = [](bool a, bool b) { return a || b; },
     .result = BinaryFunction::Result::kBool},
    {.id = Binary::kLogicalXor,
     .name = "LogicalXor",
     .opset = "opset2",
     .logical = [](bool a, bool b) { return a != b; },
     .result = BinaryFunction::Result::kBool},
}};

constexpr const BinaryFunction& FunctionOf(Binary id) { return kBinaryFunctions[static_cast<std::size_t>(id)]; }

constexpr bool BinaryFunctionsAreIndexedById() {
  for (std::size_t i = 0; i < kBinaryFunctions.size(); ++i) {
    if (static_cast<std::size_t>(kBinaryFunctions[i].id) != i) return false;
  }
  return true;
}
static_assert(BinaryFunctionsAreIndexedById());

}  // namespace stepwell::ops::elementwise
