#include "stepwell/base/dtype.h"

#include <array>

#include "stepwell/base/checked.h"

namespace stepwell {
namespace {

struct Row {
  DType dtype;
  std::string_view name;
  std::string_view precision;
  int bits;
};

constexpr std::array kRows = {
    Row{DType::kF32, "f32", "FP32", 32},     Row{DType::kF64, "f64", "FP64", 64}, Row{DType::kF16, "f16", "FP16", 16},
    Row{DType::kBF16, "bf16", "BF16", 16},   Row{DType::kI8, "i8", "I8", 8},      Row{DType::kU8, "u8", "U8", 8},
    Row{DType::kI16, "i16", "I16", 16},      Row{DType::kU16, "u16", "U16", 16},  Row{DType::kI32, "i32", "I32", 32},
    Row{DType::kU32, "u32", "U32", 32},      Row{DType::kI64, "i64", "I64", 64},  Row{DType::kU64, "u64", "U64", 64},
    Row{DType::kBool, "boolean", "BOOL", 8}, Row{DType::kI4, "i4", "I4", 4},      Row{DType::kU4, "u4", "U4", 4},
};

constexpr bool IsIndexedByDType() {
  for (std::size_t i = 0; i < kRows.size(); ++i) {
    if (static_cast<std::size_t>(kRows[i].dtype) != i) return false;
  }
  return true;
}
static_assert(IsIndexedByDType());

const Row& RowOf(DType dtype) { return kRows[static_cast<std::size_t>(dtype)]; }

}  // namespace

std::string_view DTypeName(DType dtype) { return RowOf(dtype).name; }
std::string_view DTypePrecision(DType dtype) { return RowOf(dtype).precision; }
int DTypeBits(DType dtype) { return RowOf(dtype).bits; }

std::optional<DType> FindDType(std::string_view name_or_precision) {
  for (const Row& row : kRows) {
    if (row.name == name_or_precision || row.precision == name_or_precision) return row.dtype;
  }
  return std::nullopt;
}

std::size_t BytesOf(DType dtype, std::int64_t elements) {
  const std::size_t bits = CheckedMul(AsSize(elements), static_cast<std::size_t>(DTypeBits(dtype)));
  return bits / 8 + (bits % 8 != 0 ? 1 : 0);
}

bool IsFloat(DType dtype) {
  return dtype == DType::kF32 || dtype == DType::kF64 || dtype == DType::kF16 || dtype == DType::kBF16;
}

bool IsInteger(DType dtype) { return !IsFloat(dtype) && dtype != DType::kBool; }

}  // namespace stepwell
