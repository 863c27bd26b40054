#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>

#include "stepwell/ops/wrapped_arithmetic.h"

// Everything the library knows about reductions. Ops, import rules, kernels and tests loop over this table.
namespace stepwell::ops::reduce {

enum class Reduction : std::uint8_t { kMax, kMin, kSum, kMean, kProd, kLogicalAnd, kLogicalOr };
inline constexpr std::size_t kNumReductions = static_cast<std::size_t>(Reduction::kLogicalOr) + 1;

// A reduction combines `first` with each element in turn. It is defined for the kinds of elements whose pointer is not
// null; booleans are combined as the integers 0 and 1.
struct ReduceFunction {
  enum class Elements : std::uint8_t { kNumbers, kBooleans };

  Reduction id;
  std::string_view name;       // of the layer in IR
  std::string_view source_op;  // in TensorFlow
  double (*real)(double, double) = nullptr;
  std::int64_t (*integer)(std::int64_t, std::int64_t) = nullptr;
  double first_real = 0;
  std::int64_t first_integer = 0;
  Elements elements = Elements::kNumbers;
};

constexpr std::int64_t LargestInteger(std::int64_t a, std::int64_t b) { return a < b ? b : a; }
constexpr std::int64_t SmallestInteger(std::int64_t a, std::int64_t b) { return b < a ? b : a; }

inline constexpr std::array<ReduceFunction, kNumReductions> kReduceFunctions = {{
    {.id = Reduction::kMax,
     .name = "ReduceMax",
     .source_op = "Max",
     .real = [](double a, double b) { return b > a || std::isnan(b) ? b : a; },
     .integer = LargestInteger,
     .first_real = -std::numeric_limits<double>::infinity(),
     .first_integer = std::numeric_limits<std::int64_t>::min()},
    {.id = Reduction::kMin,
     .name = "ReduceMin",
     .source_op = "Min",
     .real = [](double a, double b) { return b < a || std::isnan(b) ? b : a; },
     .integer = SmallestInteger,
     .first_real = std::numeric_limits<double>::infinity(),
     .first_integer = std::numeric_limits<std::int64_t>::max()},
    {.id = Reduction::kSum,
     .name = "ReduceSum",
     .source_op = "Sum",
     .real = [](double a, double b) { return a + b; },
     .integer = WrappedAdd},
    {.id = Reduction::kMean,  // the sum, divided by the number of elements at the end
     .name = "ReduceMean",
     .source_op = "Mean",
     .real = [](double a, double b) { return a + b; },
     .integer = WrappedAdd},
    {.id = Reduction::kProd,
     .name = "ReduceProd",
     .source_op = "Prod",
     .real = [](double a, double b) { return a * b; },
     .integer = WrappedMultiply,
     .first_real = 1,
     .first_integer = 1},
    {.id = Reduction::kLogicalAnd,
     .name = "ReduceLogicalAnd",
     .source_op = "All",
     .integer = SmallestInteger,
     .first_integer = 1,
     .elements = ReduceFunction::Elements::kBooleans},
    {.id = Reduction::kLogicalOr,
     .name = "ReduceLogicalOr",
     .source_op = "Any",
     .integer = LargestInteger,
     .elements = ReduceFunction::Elements::kBooleans},
}};

constexpr const ReduceFunction& FunctionOf(Reduction id) { return kReduceFunctions[static_cast<std::size_t>(id)]; }

constexpr bool ReduceFunctionsAreIndexedById() {
  for (std::size_t i = 0; i < kReduceFunctions.size(); ++i) {
    if (static_cast<std::size_t>(kReduceFunctions[i].id) != i) return false;
  }
  return true;
}
static_assert(ReduceFunctionsAreIndexedById());

}  // namespace stepwell::ops::reduce
