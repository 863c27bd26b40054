#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "stepwell/base/dtype.h"

namespace stepwell::converter {

// TensorFlow's numbers for element types (`DataType` of types.proto). A file may hold any other number, too; those that
// stand for a reference to a variable (number + 100) are read as what they refer to.
enum class TfType : std::int32_t {
  kInvalid = 0,
  kFloat = 1,
  kDouble = 2,
  kInt32 = 3,
  kUint8 = 4,
  kInt16 = 5,
  kInt8 = 6,
  kString = 7,
  kComplex64 = 8,
  kInt64 = 9,
  kBool = 10,
  kBfloat16 = 14,
  kUint16 = 17,
  kComplex128 = 18,
  kHalf = 19,
  kResource = 20,
  kVariant = 21,
  kUint32 = 22,
  kUint64 = 23,
};

// How many numbers TensorFlow has given out, from 0 on; and what is added for a reference.
inline constexpr int kTfTypes = 34;
inline constexpr int kTfReference = 100;

// The type of a number in a file, references resolved.
TfType TfTypeOf(std::int64_t number);
// Our type for it; none for strings, resources, complex and quantised types.
std::optional<DType> ElementType(TfType type);
// "DT_FLOAT"; "DT_#77" for a number that TensorFlow does not know.
std::string TfTypeName(TfType type);

}  // namespace stepwell::converter
