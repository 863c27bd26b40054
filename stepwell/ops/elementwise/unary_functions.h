#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "stepwell/ops/wrapped_arithmetic.h"

// Everything the library knows about functions of one variable. Ops, import rules, kernels and tests loop over this
// table: a function is added by adding an enumerator and a row.
namespace stepwell::ops::elementwise {

enum class Unary : std::uint8_t {
  kRelu,
  kSigmoid,
  kTanh,
  kExp,
  kLog,
  kSqrt,
  kErf,
  kSoftPlus,
  kSoftSign,
  kMish,
  kHSwish,
  kHSigmoid,
  kSin,
  kCos,
  kTan,
  kAsin,
  kAcos,
  kAtan,
  kSinh,
  kCosh,
  kAsinh,
  kAcosh,
  kAtanh,
  kNegative,
  kAbs,
  kSign,
  kFloor,
  kCeiling,
  kRoundToEven,
  kRoundFromZero,  // halves away from zero
  kLogicalNot,
};
inline constexpr std::size_t kNumUnary = static_cast<std::size_t>(Unary::kLogicalNot) + 1;

// A function is defined for the kinds of elements whose pointer is not null.
struct UnaryFunction {
  Unary id;
  std::string_view name;            // of the layer in IR
  std::string_view opset;           // the one that files name
  std::string_view source_op = {};  // in TensorFlow; empty where there is none
  double (*real)(double) = nullptr;
  std::int64_t (*integer)(std::int64_t) = nullptr;  // the result is cut to the width of the type
  bool (*logical)(bool) = nullptr;
  double low = -10, high = 10;  // the arguments that tests draw from
  int max_ulp = 0;              // how far the fast fp32 kernel may be from `real` rounded to fp32
};

// min(max(x + 3, 0), 6) / 6.
constexpr double HardSixth(double x) { return x < -3 ? 0.0 : (x > 3 ? 1.0 : (x + 3) / 6); }

// To the nearest integer, halves to the even one, whatever the rounding mode of the machine.
inline double RoundToEven(double x) {
  const double rounded = std::round(x);
  return std::abs(x - std::trunc(x)) == 0.5 ? 2 * std::round(x / 2) : rounded;
}

inline constexpr std::array<UnaryFunction, kNumUnary> kUnaryFunctions = {{
    {.id = Unary::kRelu,
     .name = "ReLU",
     .opset = "opset1",
     .source_op = "Relu",
     .real = [](double x) { return x < 0 ? 0.0 : x; },
     .integer = [](std::int64_t x) { return x < 0 ? 0 : x; }},
    {.id = Unary::kSigmoid,
     .name = "Sigmoid",
     .opset = "opset1",
     .source_op = "Sigmoid",
     .real = [](double x) { return 1 / (1 + std::exp(-x)); },
     .low = -30,
     .high = 30,
     .max_ulp = 4},
    {.id = Unary::kTanh,
     .name = "Tanh",
     .opset = "opset1",
     .source_op = "Tanh",
     .real = [](double x) { return std::tanh(x); },
     .max_ulp = 4},
    {.id = Unary::kExp,
     .name = "Exp",
     .opset = "opset1",
     .source_op = "Exp",
     .real = [](double x) { return std::exp(x); },
     .low = -80,
     .high = 80,
     .max_ulp = 2},
    {.id = Unary::kLog,
     .name = "Log",
     .opset = "opset1",
     .source_op = "Log",
     .real = [](double x) { return std::log(x); },
     .low = 1e-6,
     .high = 1e6,
     .max_ulp = 2},
    {.id = Unary::kSqrt,
     .name = "Sqrt",
     .opset = "opset1",
     .source_op = "Sqrt",
     .real = [](double x) { return std::sqrt(x); },
     .low = 0,
     .high = 1e6},
    {.id = Unary::kErf,
     .name = "Erf",
     .opset = "opset1",
     .source_op = "Erf",
     .real = [](double x) { return std::erf(x); },
     .max_ulp = 7},
    {.id = Unary::kSoftPlus,
     .name = "SoftPlus",
     .opset = "opset4",
     .source_op = "Softplus",
     .real = [](double x) { return std::log1p(std::exp(-std::abs(x))) + (x < 0 ? 0.0 : x); }},
    {.id = Unary::kSoftSign,
     .name = "SoftSign",
     .opset = "opset9",
     .source_op = "Softsign",
     .real = [](double x) { return x / (1 + std::abs(x)); }},
    {.id = Unary::kMish,
     .name = "Mish",
     .opset = "opset4",
     .real = [](double x) { return x * std::tanh(std::log1p(std::exp(-std::abs(x))) + (x < 0 ? 0.0 : x)); }},
    {.id = Unary::kHSwish, .name = "HSwish", .opset = "opset4", .real = [](double x) { return x * HardSixth(x); }},
    {.id = Unary::kHSigmoid, .name = "HSigmoid", .opset = "opset5", .real = HardSixth},
    {.id = Unary::kSin,
     .name = "Sin",
     .opset = "opset1",
     .source_op = "Sin",
     .real = [](double x) { return std::sin(x); }},
    {.id = Unary::kCos,
     .name = "Cos",
     .opset = "opset1",
     .source_op = "Cos",
     .real = [](double x) { return std::cos(x); }},
    {.id = Unary::kTan,
     .name = "Tan",
     .opset = "opset1",
     .source_op = "Tan",
     .real = [](double x) { return std::tan(x); },
     .low = -1.5,
     .high = 1.5},
    {.id = Unary::kAsin,
     .name = "Asin",
     .opset = "opset1",
     .source_op = "Asin",
     .real = [](double x) { return std::asin(x); },
     .low = -1,
     .high = 1},
    {.id = Unary::kAcos,
     .name = "Acos",
     .opset = "opset1",
     .source_op = "Acos",
     .real = [](double x) { return std::acos(x); },
     .low = -1,
     .high = 1},
    {.id = Unary::kAtan,
     .name = "Atan",
     .opset = "opset1",
     .source_op = "Atan",
     .real = [](double x) { return std::atan(x); }},
    {.id = Unary::kSinh,
     .name = "Sinh",
     .opset = "opset1",
     .source_op = "Sinh",
     .real = [](double x) { return std::sinh(x); }},
    {.id = Unary::kCosh,
     .name = "Cosh",
     .opset = "opset1",
     .source_op = "Cosh",
     .real = [](double x) { return std::cosh(x); }},
    {.id = Unary::kAsinh,
     .name = "Asinh",
     .opset = "opset4",
     .source_op = "Asinh",
     .real = [](double x) { return std::asinh(x); }},
    {.id = Unary::kAcosh,
     .name = "Acosh",
     .opset = "opset4",
     .source_op = "Acosh",
     .real = [](double x) { return std::acosh(x); },
     .low = 1,
     .high = 100},
    {.id = Unary::kAtanh,
     .name = "Atanh",
     .opset = "opset4",
     .source_op = "Atanh",
     .real = [](double x) { return std::atanh(x); },
     .low = -0.99,
     .high = 0.99},
    {.id = Unary::kNegative,
     .name = "Negative",
     .opset = "opset1",
     .source_op = "Neg",
     .real = [](double x) { return -x; },
     .integer = [](std::int64_t x) { return WrappedSubtract(0, x); }},
    {.id = Unary::kAbs,
     .name = "Abs",
     .opset = "opset1",
     .source_op = "Abs",
     .real = [](double x) { return std::abs(x); },
     .integer = [](std::int64_t x) { return x < 0 ? WrappedSubtract(0, x) : x; }},
    {.id = Unary::kSign,
     .name = "Sign",
     .opset = "opset1",
     .source_op = "Sign",
     .real = [](double x) { return x > 0 ? 1.0 : (x < 0 ? -1.0 : x); },
     .integer = [](std::int64_t x) { return std::int64_t{x > 0} - std::int64_t{x < 0}; }},
    {.id = Unary::kFloor,
     .name = "Floor",
     .opset = "opset1",
     .source_op = "Floor",
     .real = [](double x) { return std::floor(x); },
     .integer = [](std::int64_t x) { return x; }},
    {.id = Unary::kCeiling,
     .name = "Ceiling",
     .opset = "opset1",
     .source_op = "Ceil",
     .real = [](double x) { return std::ceil(x); },
     .integer = [](std::int64_t x) { return x; }},
    {.id = Unary::kRoundToEven,
     .name = "Round",
     .opset = "opset5",
     .source_op = "Round",
     .real = RoundToEven,
     .integer = [](std::int64_t x) { return x; }},
    {.id = Unary::kRoundFromZero,
     .name = "Round",
     .opset = "opset5",
     .real = [](double x) { return std::round(x); },
     .integer = [](std::int64_t x) { return x; }},
    {.id = Unary::kLogicalNot,
     .name = "LogicalNot",
     .opset = "opset1",
     .source_op = "LogicalNot",
     .logical = [](bool x) { return !x; }},
}};

constexpr const UnaryFunction& FunctionOf(Unary id) { return kUnaryFunctions[static_cast<std::size_t>(id)]; }

constexpr bool UnaryFunctionsAreIndexedById() {
  for (std::size_t i = 0; i < kUnaryFunctions.size(); ++i) {
    if (static_cast<std::size_t>(kUnaryFunctions[i].id) != i) return false;
  }
  return true;
}
static_assert(UnaryFunctionsAreIndexedById());

}  // namespace stepwell::ops::elementwise
