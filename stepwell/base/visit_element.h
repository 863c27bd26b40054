#pragma once

#include <cstdint>

#include "stepwell/base/dtype.h"

namespace stepwell {

// Calls visit(T{}) with the C++ type that holds one element of `dtype` and returns true; returns false without a call
// for types no C++ type computes in (16-bit floats, 4-bit integers). Booleans are visited as std::uint8_t, because a
// byte of a file may hold more than 0 and 1.
template <class Visit>
bool VisitElement(DType dtype, Visit&& visit) {
  switch (dtype) {
    case DType::kF32:
      return visit(float{}), true;
    case DType::kF64:
      return visit(double{}), true;
    case DType::kI8:
      return visit(std::int8_t{}), true;
    case DType::kU8:
    case DType::kBool:
      return visit(std::uint8_t{}), true;
    case DType::kI16:
      return visit(std::int16_t{}), true;
    case DType::kU16:
      return visit(std::uint16_t{}), true;
    case DType::kI32:
      return visit(std::int32_t{}), true;
    case DType::kU32:
      return visit(std::uint32_t{}), true;
    case DType::kI64:
      return visit(std::int64_t{}), true;
    case DType::kU64:
      return visit(std::uint64_t{}), true;
    default:
      return false;
  }
}

}  // namespace stepwell
