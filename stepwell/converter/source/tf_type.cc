#include "stepwell/converter/source/tf_type.h"

#include <fmt/format.h>

#include <array>
#include <string_view>

namespace stepwell::converter {
namespace {

// By number; the names of types.proto.
constexpr std::array<std::string_view, kTfTypes> kNames = {"DT_INVALID",
                                                           "DT_FLOAT",
                                                           "DT_DOUBLE",
                                                           "DT_INT32",
                                                           "DT_UINT8",
                                                           "DT_INT16",
                                                           "DT_INT8",
                                                           "DT_STRING",
                                                           "DT_COMPLEX64",
                                                           "DT_INT64",
                                                           "DT_BOOL",
                                                           "DT_QINT8",
                                                           "DT_QUINT8",
                                                           "DT_QINT32",
                                                           "DT_BFLOAT16",
                                                           "DT_QINT16",
                                                           "DT_QUINT16",
                                                           "DT_UINT16",
                                                           "DT_COMPLEX128",
                                                           "DT_HALF",
                                                           "DT_RESOURCE",
                                                           "DT_VARIANT",
                                                           "DT_UINT32",
                                                           "DT_UINT64",
                                                           "DT_FLOAT8_E5M2",
                                                           "DT_FLOAT8_E4M3FN",
                                                           "DT_FLOAT8_E4M3FNUZ",
                                                           "DT_FLOAT8_E4M3B11FNUZ",
                                                           "DT_FLOAT8_E5M2FNUZ",
                                                           "DT_INT4",
                                                           "DT_UINT4",
                                                           "DT_INT2",
                                                           "DT_UINT2",
                                                           "DT_FLOAT4_E2M1FN"};

}  // namespace

TfType TfTypeOf(std::int64_t number) {
  if (number > kTfReference && number < 2 * kTfReference) number -= kTfReference;
  constexpr std::int64_t kUnknown = 1000;  // beyond every number of TensorFlow's, whatever the file says
  return static_cast<TfType>(number < 0 || number > kUnknown ? kUnknown : number);
}

std::optional<DType> ElementType(TfType type) {
  switch (type) {
    case TfType::kFloat:
      return DType::kF32;
    case TfType::kDouble:
      return DType::kF64;
    case TfType::kHalf:
      return DType::kF16;
    case TfType::kBfloat16:
      return DType::kBF16;
    case TfType::kInt8:
      return DType::kI8;
    case TfType::kUint8:
      return DType::kU8;
    case TfType::kInt16:
      return DType::kI16;
    case TfType::kUint16:
      return DType::kU16;
    case TfType::kInt32:
      return DType::kI32;
    case TfType::kUint32:
      return DType::kU32;
    case TfType::kInt64:
      return DType::kI64;
    case TfType::kUint64:
      return DType::kU64;
    case TfType::kBool:
      return DType::kBool;
    default:
      return std::nullopt;
  }
}

std::string TfTypeName(TfType type) {
  const auto number = static_cast<std::size_t>(type);
  return number < kNames.size() ? std::string(kNames[number]) : fmt::format("DT_#{}", number);
}

}  // namespace stepwell::converter
