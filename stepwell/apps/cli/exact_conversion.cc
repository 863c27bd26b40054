#include "stepwell/apps/cli/exact_conversion.h"

#include <fmt/format.h>

#include <cmath>
#include <concepts>
#include <type_traits>
#include <utility>

namespace stepwell::cli {
namespace {

// Whether the value, converted, is still the same number.
template <class To, class From>
bool Fits(From value) {
  if constexpr (std::floating_point<From>) {
    if (std::isnan(value)) return std::floating_point<To>;
    if constexpr (!std::floating_point<To>) {
      // Compared as floating point: converting a value that is out of range would be undefined.
      const auto limit = std::ldexp(From{1}, static_cast<int>(8 * sizeof(To) - (std::is_signed_v<To> ? 1 : 0)));
      const From least = std::is_signed_v<To> ? -limit : From{0};
      return value == std::trunc(value) && value >= least && value < limit &&
             (!std::is_same_v<To, bool> || value == 0 || value == 1);
    }
    return std::isinf(value) || static_cast<From>(static_cast<To>(value)) == value;
  } else if constexpr (std::floating_point<To>) {
    const auto converted = static_cast<long double>(static_cast<To>(value));
    return converted == static_cast<long double>(value);
  } else if constexpr (std::is_same_v<To, bool>) {
    return value == From{0} || value == From{1};
  } else if constexpr (std::is_same_v<From, bool>) {
    return true;
  } else {
    return std::in_range<To>(value);
  }
}

template <class To, class From>
Tensor Convert(const Tensor& from) {
  Tensor to({DTypeOf<To>::kValue, from.type().shape});
  const std::span<const From> source = from.as<From>();
  const std::span<To> target = to.as<To>();
  for (std::size_t i = 0; i < source.size(); ++i) {
    if (!Fits<To>(source[i])) {
      throw Error(ErrorKind::kInvalidArgument, fmt::format("element {} of {} is {}, which {} cannot hold", i,
                                                           ToText(from.type()), source[i], DTypeName(to.type().dtype)));
    }
    target[i] = static_cast<To>(source[i]);
  }
  return to;
}

template <class Visit>
Tensor VisitType(DType dtype, Visit&& visit) {
  switch (dtype) {
    case DType::kF32:
      return visit(float{});
    case DType::kF64:
      return visit(double{});
    case DType::kI8:
      return visit(std::int8_t{});
    case DType::kU8:
      return visit(std::uint8_t{});
    case DType::kI16:
      return visit(std::int16_t{});
    case DType::kU16:
      return visit(std::uint16_t{});
    case DType::kI32:
      return visit(std::int32_t{});
    case DType::kU32:
      return visit(std::uint32_t{});
    case DType::kI64:
      return visit(std::int64_t{});
    case DType::kU64:
      return visit(std::uint64_t{});
    case DType::kBool:
      return visit(bool{});
    default:
      throw Error(ErrorKind::kUnsupported, fmt::format("elements of type {} cannot be converted", DTypeName(dtype)));
  }
}

}  // namespace

Tensor ConvertExactly(Tensor tensor, DType dtype) {
  if (tensor.type().dtype == dtype) return tensor;
  return VisitType(tensor.type().dtype, [&](auto from) {
    return VisitType(dtype, [&](auto to) { return Convert<decltype(to), decltype(from)>(tensor); });
  });
}

}  // namespace stepwell::cli
