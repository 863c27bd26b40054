#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace stepwell {

// Element types of tensors. Sub-byte types are packed two to a byte, low half first, as OpenVINO stores them.
enum class DType : std::uint8_t {
  kF32,
  kF64,
  kF16,
  kBF16,
  kI8,
  kU8,
  kI16,
  kU16,
  kI32,
  kU32,
  kI64,
  kU64,
  kBool,
  kI4,
  kU4
};

// OpenVINO's spelling: "f32", "i64", "boolean" (`name`) and, in older places of the format, "FP32", "I64", "BOOL".
std::string_view DTypeName(DType dtype);
std::string_view DTypePrecision(DType dtype);
std::optional<DType> FindDType(std::string_view name_or_precision);

// Bits of one element; BytesOf rounds the whole up.
int DTypeBits(DType dtype);
std::size_t BytesOf(DType dtype, std::int64_t elements);

bool IsFloat(DType dtype);
bool IsInteger(DType dtype);  // signed or unsigned; not bool

template <class T>
struct DTypeOf;
template <>
struct DTypeOf<float> {
  static constexpr DType kValue = DType::kF32;
};
template <>
struct DTypeOf<double> {
  static constexpr DType kValue = DType::kF64;
};
template <>
struct DTypeOf<std::int8_t> {
  static constexpr DType kValue = DType::kI8;
};
template <>
struct DTypeOf<std::uint8_t> {
  static constexpr DType kValue = DType::kU8;
};
template <>
struct DTypeOf<std::int16_t> {
  static constexpr DType kValue = DType::kI16;
};
template <>
struct DTypeOf<std::uint16_t> {
  static constexpr DType kValue = DType::kU16;
};
template <>
struct DTypeOf<std::int32_t> {
  static constexpr DType kValue = DType::kI32;
};
template <>
struct DTypeOf<std::uint32_t> {
  static constexpr DType kValue = DType::kU32;
};
template <>
struct DTypeOf<std::int64_t> {
  static constexpr DType kValue = DType::kI64;
};
template <>
struct DTypeOf<std::uint64_t> {
  static constexpr DType kValue = DType::kU64;
};
template <>
struct DTypeOf<bool> {
  static constexpr DType kValue = DType::kBool;
};

}  // namespace stepwell
