#include "stepwell/ops/elementwise/binary.h"

#include <algorithm>

#include "stepwell/ops/elementwise/defined_for.h"
#include "stepwell/ops/elementwise/element_cast.h"

namespace stepwell::ops::elementwise {
namespace {

// Quotients by zero are left to the kernel to complain about: an unused branch may hold one.
bool CanEvaluate(Binary function, std::int64_t divisor) {
  const bool divides = function == Binary::kDivide || function == Binary::kTruncatedDivide ||
                       function == Binary::kMod || function == Binary::kFloorMod;
  return !divides || divisor != 0;
}

}  // namespace

std::vector<TensorType> BinaryOpBase::Infer(const ir::InferContext& inputs) const {
  inputs.RequireInputs(2);
  const BinaryFunction& row = FunctionOf(function());
  if (inputs.dtype(0) != inputs.dtype(1)) {
    throw Error(ErrorKind::kInvalidModel, "the inputs of " + std::string(row.name) + " must have one type; found " +
                                              ToText(inputs.type(0)) + " and " + ToText(inputs.type(1)));
  }
  RequireDefinedFor(row, inputs.dtype(0));
  const DType result = row.result == BinaryFunction::Result::kBool ? DType::kBool : inputs.dtype(0);
  return {{result, CommonShape(auto_broadcast, inputs.shape(0), inputs.shape(1))}};
}

std::optional<ir::PartialInts> BinaryOpBase::InferInts(const ir::InferContext& inputs) const {
  const BinaryFunction& row = FunctionOf(function());
  if (!IsInteger(inputs.dtype(0)) || row.result == BinaryFunction::Result::kBool) return std::nullopt;
  const auto a = inputs.partial_ints(0);
  const auto b = inputs.partial_ints(1);
  if (!a || !b || a->empty() || b->empty()) return std::nullopt;
  const std::size_t size = std::max(a->size(), b->size());
  if ((a->size() != size && a->size() != 1) || (b->size() != size && b->size() != 1)) return std::nullopt;
  ir::PartialInts result(size);
  for (std::size_t i = 0; i < size; ++i) {
    const auto& left = (*a)[a->size() == 1 ? 0 : i];
    const auto& right = (*b)[b->size() == 1 ? 0 : i];
    if (left && right && CanEvaluate(function(), *right)) {
      result[i] = CutToWidth(inputs.dtype(0), row.integer(*left, *right));
    }
  }
  return result;
}

}  // namespace stepwell::ops::elementwise
