#include "stepwell/converter/literal.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstring>
#include <limits>
#include <optional>

#include "stepwell/base/text.h"

namespace stepwell::converter {
namespace {

// As much as anyone types; a hostile shape cannot ask for more.
constexpr std::int64_t kMostElements = std::int64_t{1} << 28;

[[noreturn]] void Refuse(const std::string& message) { throw Error(ErrorKind::kInvalidArgument, message); }

std::optional<bool> ParseBool(std::string_view text) {
  if (text == "True" || text == "true") return true;
  if (text == "False" || text == "false") return false;
  return std::nullopt;
}

// The number that an element says; True is 1.
double NumberOf(const std::string& element) {
  if (const auto flag = ParseBool(element)) return *flag ? 1 : 0;
  return ParseDouble(element).value();
}

bool IsElement(std::string_view text) { return ParseBool(text) || ParseDouble(text); }

template <class T>
bool Fits(double number) {
  using Limits = std::numeric_limits<T>;
  if constexpr (std::is_integral_v<T>) {
    const double end = std::ldexp(1.0, Limits::digits);  // one more than the largest, exactly
    return number >= static_cast<double>(Limits::lowest()) && number < end && number == std::trunc(number);
  } else {
    return !std::isfinite(number) || std::abs(number) <= static_cast<double>(Limits::max());
  }
}

template <class T>
T Fit(const std::string& element, DType dtype) {
  if constexpr (std::is_same_v<T, std::int64_t>) {
    if (const auto exact = ParseInt(element)) return *exact;
  }
  const double number = NumberOf(element);
  if (!Fits<T>(number)) Refuse(fmt::format("'{}' is no value of type {}", element, DTypeName(dtype)));
  return static_cast<T>(number);
}

template <class T>
ir::ConstantData ConstantOf(const std::vector<std::string>& elements, const TensorType& type) {
  Tensor tensor(type);
  const std::span<T> values = tensor.as<T>();
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = Fit<T>(elements[elements.size() == 1 ? 0 : i], type.dtype);
  }
  return ir::ConstantData::Of(std::move(tensor));
}

Shape ShapeOfConstant(const Literal& literal, const Shape& wanted) {
  const auto count = static_cast<Dim>(literal.elements.size());
  const bool is_list = literal.form == Literal::Form::kList;
  if (!wanted.has_rank() || !wanted.is_static()) return is_list ? Shape{count} : Shape{};
  const Dim elements = wanted.num_elements();
  if (elements > kMostElements) Refuse(fmt::format("a value of shape {} is too large", ToText(wanted)));
  if (is_list && elements != count) {
    Refuse(fmt::format("the value {} has {} elements where a tensor of shape {} is frozen", literal.ToText(), count,
                       ToText(wanted)));
  }
  return wanted;
}

bool IsBracketPair(char open, char close) { return (open == '[' && close == ']') || (open == '(' && close == ')'); }

std::optional<std::string_view> WithoutBrackets(std::string_view text) {
  if (text.size() < 2 || !IsBracketPair(text.front(), text.back())) return std::nullopt;
  return text.substr(1, text.size() - 2);
}

// Elements stand between commas, or between blanks.
std::vector<std::string_view> ListElements(std::string_view inside, std::string_view whole) {
  std::vector<std::string_view> elements;
  for (const std::string_view piece : Split(inside, ',')) {
    std::string_view rest = Trim(piece);
    if (rest.empty() && !Trim(inside).empty()) Refuse(fmt::format("'{}' has an empty element", whole));
    while (!rest.empty()) {
      const std::size_t blank = rest.find_first_of(" \t");
      elements.push_back(rest.substr(0, blank));
      rest = blank == std::string_view::npos ? std::string_view{} : Trim(rest.substr(blank));
    }
  }
  return elements;
}

Dim PositiveDim(std::string_view text, std::string_view whole) {
  const auto dim = ParseInt(text);
  if (!dim || *dim < 1) {
    Refuse(fmt::format("'{}' in the shape '{}' is no dimension: a positive number, ?, -1 or a range such as 1..10",
                       text, whole));
  }
  return *dim;
}

Dim ParseDim(std::string_view text, std::string_view whole) {
  if (text == "?" || text == "-1") return kDynamic;
  const std::size_t dots = text.find("..");
  if (dots == std::string_view::npos) return PositiveDim(text, whole);
  const std::string_view low = text.substr(0, dots);
  const std::string_view high = text.substr(dots + 2);
  const Dim least = low.empty() ? 1 : PositiveDim(low, whole);
  if (!high.empty() && PositiveDim(high, whole) < least) {
    Refuse(fmt::format("the range '{}' in the shape '{}' ends before it begins", text, whole));
  }
  return kDynamic;
}

}  // namespace

ir::ConstantData Literal::ToConstant(const TensorType& type) const {
  const TensorType full{type.dtype, ShapeOfConstant(*this, type.shape)};
  switch (type.dtype) {
    case DType::kF32:
      return ConstantOf<float>(elements, full);
    case DType::kF64:
      return ConstantOf<double>(elements, full);
    case DType::kI8:
      return ConstantOf<std::int8_t>(elements, full);
    case DType::kU8:
      return ConstantOf<std::uint8_t>(elements, full);
    case DType::kI32:
      return ConstantOf<std::int32_t>(elements, full);
    case DType::kI64:
      return ConstantOf<std::int64_t>(elements, full);
    case DType::kBool:
      return ConstantOf<bool>(elements, full);
    default:
      Refuse(fmt::format("a tensor of type {} cannot be frozen with a value", DTypeName(type.dtype)));
  }
}

std::string Literal::ToText() const {
  return form == Form::kScalar ? elements.at(0) : fmt::format("[{}]", Join(elements, ","));
}

Literal ParseLiteral(std::string_view text) {
  const std::string_view whole = Trim(text);
  Literal literal;
  if (const auto inside = WithoutBrackets(whole)) {
    literal.form = Literal::Form::kList;
    for (const std::string_view element : ListElements(*inside, whole)) literal.elements.emplace_back(element);
  } else {
    literal.elements.emplace_back(whole);
  }
  for (const std::string& element : literal.elements) {
    if (!IsElement(element)) {
      Refuse(fmt::format("'{}' is no value: a number, True, False, or a list of them such as [20,15]", whole));
    }
  }
  if (literal.elements.empty()) Refuse(fmt::format("the value '{}' has no elements", whole));
  return literal;
}

Shape ParseShape(std::string_view text) {
  const std::string_view whole = Trim(text);
  const auto inside = WithoutBrackets(whole);
  if (!inside) Refuse(fmt::format("'{}' is no shape: dimensions in brackets, such as [1,16,19,26]", whole));
  Shape shape;
  for (const std::string_view dim : ListElements(*inside, whole)) {
    if (shape.rank() == Shape::kMaxRank) {
      Refuse(fmt::format("the shape '{}' has more than {} dimensions", whole, Shape::kMaxRank));
    }
    shape.Append(ParseDim(dim, whole));
  }
  return shape;
}

std::vector<std::string_view> SplitOutsideBrackets(std::string_view text, std::string_view flag) {
  std::vector<std::string_view> pieces;
  const auto add = [&](std::string_view piece) {
    pieces.push_back(Trim(piece));
    if (pieces.back().empty()) Refuse(fmt::format("{}: there is an empty piece in '{}'", flag, text));
  };
  if (Trim(text).empty()) return pieces;
  std::string open;  // the brackets that are open
  std::size_t begin = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '[' || c == '(' || c == '{') open.push_back(c);
    if (c == ']' || c == ')' || c == '}') {
      const bool matches = !open.empty() && (IsBracketPair(open.back(), c) || (open.back() == '{' && c == '}'));
      if (!matches) Refuse(fmt::format("{}: '{}' in '{}' closes nothing", flag, c, text.substr(begin)));
      open.pop_back();
    }
    if (c == ',' && open.empty()) {
      add(text.substr(begin, i - begin));
      begin = i + 1;
    }
  }
  if (!open.empty()) Refuse(fmt::format("{}: '{}' in '{}' is never closed", flag, open.back(), text.substr(begin)));
  add(text.substr(begin));
  return pieces;
}

}  // namespace stepwell::converter
