#include "tests/support/recorded_tensor.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "stepwell/base/visit_element.h"

namespace stepwell::testing {
namespace {

using Json = nlohmann::json;

DType DTypeOfJson(const Json& name) {
  const auto dtype = FindDType(name.get<std::string>());
  STEPWELL_CHECK(dtype.has_value());
  return *dtype;
}

// Numbers, or "nan", "inf" and "-inf", which JSON has no numbers for.
double NumberOf(const Json& value) {
  return value.is_string() ? std::strtod(value.get<std::string>().c_str(), nullptr) : value.get<double>();
}

template <class T>
double LargestMagnitude(std::span<const T> values) {
  double largest = 0;
  for (const T value : values) {
    const auto magnitude = std::abs(static_cast<double>(value));
    if (std::isfinite(magnitude)) largest = std::max(largest, magnitude);
  }
  return largest;
}

template <class T>
bool IsNear(T found, T expected, double bound) {
  if constexpr (std::is_floating_point_v<T>) {
    if (std::isnan(expected)) return std::isnan(found);
    if (!std::isfinite(expected)) return found == expected;
    return std::abs(static_cast<double>(found) - static_cast<double>(expected)) <= bound;
  } else {
    return found == expected;
  }
}

}  // namespace

Tensor ParseRecordedTensor(std::string_view text) {
  const Json json = Json::parse(text);
  TensorType type{DTypeOfJson(json.at("type")), {}};
  for (const Json& dim : json.at("shape")) type.shape.Append(dim.get<Dim>());
  Tensor tensor(type);
  const bool is_known = VisitElement(type.dtype, [&](auto element) {
    using T = decltype(element);
    const auto elements = tensor.as<T>();
    STEPWELL_CHECK(json.at("values").size() == elements.size());
    for (std::size_t i = 0; i < elements.size(); ++i) {
      const Json& value = json.at("values")[i];
      elements[i] = std::is_integral_v<T> ? value.get<T>() : static_cast<T>(NumberOf(value));
    }
  });
  STEPWELL_CHECK(is_known);
  return tensor;
}

std::string FindTensorDifference(const Tensor& found, const Tensor& expected, double tolerance) {
  if (!(found.type() == expected.type())) {
    return fmt::format("expected {} and found {}", ToText(expected.type()), ToText(found.type()));
  }
  std::string difference;
  VisitElement(expected.type().dtype, [&](auto element) {
    using T = decltype(element);
    const auto want = expected.as<T>();
    const auto have = found.as<T>();
    const double bound = tolerance * LargestMagnitude(want);
    for (std::size_t i = 0; i < want.size() && difference.empty(); ++i) {
      if (!IsNear(have[i], want[i], bound)) {
        difference = fmt::format("element {}: expected {} and found {}", i, want[i], have[i]);
      }
    }
  });
  return difference;
}

}  // namespace stepwell::testing
