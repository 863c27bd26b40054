#include "stepwell/base/npy_header.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "stepwell/base/error.h"
#include "stepwell/base/text.h"

namespace stepwell {
namespace {

struct Code {
  std::string_view code;  // kind and bytes, as in "<f4"
  DType dtype;
};
constexpr std::array kCodes = {Code{"f2", DType::kF16}, Code{"f4", DType::kF32}, Code{"f8", DType::kF64},
                               Code{"i1", DType::kI8},  Code{"i2", DType::kI16}, Code{"i4", DType::kI32},
                               Code{"i8", DType::kI64}, Code{"u1", DType::kU8},  Code{"u2", DType::kU16},
                               Code{"u4", DType::kU32}, Code{"u8", DType::kU64}, Code{"b1", DType::kBool}};

// Takes tokens off the front of a Python literal.
class Literal {
 public:
  explicit Literal(std::string_view text) : rest_(text) {}

  bool TryTake(char token) {
    rest_ = Trim(rest_);
    if (!rest_.starts_with(token)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  void Take(char token) {
    if (!TryTake(token))
      throw Error(ErrorKind::kInvalidModel, fmt::format("its header lacks a '{}' at '{}'", token, Here()));
  }
  std::string_view TakeString() {
    const char quote = TryTake('"') ? '"' : '\'';
    if (quote == '\'') Take('\'');
    const std::size_t end = rest_.find(quote);
    Require(end != std::string_view::npos, ErrorKind::kInvalidModel, "its header ends inside a string");
    return TakeFirst(end + 1).substr(0, end);
  }
  // A word or number: all up to the next punctuation.
  std::string_view TakeWord() {
    rest_ = Trim(rest_);
    return Trim(TakeFirst(std::min(rest_.size(), rest_.find_first_of(",)}"))));
  }
  std::string Here() const { return std::string(rest_.substr(0, 20)); }

 private:
  std::string_view TakeFirst(std::size_t count) {
    const std::string_view first = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return first;
  }

  std::string_view rest_;
};

Dim TakeDim(Literal& literal) {
  std::string_view word = literal.TakeWord();
  if (word.ends_with('L')) word.remove_suffix(1);  // a long of Python 2
  const auto dim = ParseInt(word);
  if (!dim || *dim < 0) throw Error(ErrorKind::kInvalidModel, fmt::format("its shape has the dimension '{}'", word));
  return *dim;
}

Shape TakeShape(Literal& literal) {
  Shape shape;
  literal.Take('(');
  while (!literal.TryTake(')')) {
    shape.Append(TakeDim(literal));
    if (!literal.TryTake(',')) {
      literal.Take(')');
      break;
    }
  }
  return shape;
}

NpyOrder TakeOrder(Literal& literal) {
  const std::string_view word = literal.TakeWord();
  if (word != "True" && word != "False") {
    throw Error(ErrorKind::kInvalidModel, fmt::format("its fortran_order is '{}', neither True nor False", word));
  }
  return word == "True" ? NpyOrder::kFortran : NpyOrder::kC;
}

// '<f4', '>i2', '|b1', '=f8': byte order, kind, bytes.
void SetElementType(std::string_view descr, NpyHeader& header) {
  const bool has_order = !descr.empty() && std::string_view("<>|=").find(descr[0]) != std::string_view::npos;
  for (const Code& row : kCodes) {
    if (!has_order || descr.substr(1) != row.code) continue;
    header.type.dtype = row.dtype;
    header.byte_order = descr[0] == '>' ? NpyByteOrder::kBig : NpyByteOrder::kLittle;
    return;
  }
  throw Error(
      ErrorKind::kUnsupported,
      fmt::format("its elements are of type '{}'; booleans, integers and floats of 1 to 8 bytes can be read", descr));
}

// The dictionary's values, as they come.
struct Fields {
  std::optional<std::string_view> descr;
  std::optional<NpyOrder> order;
  std::optional<Shape> shape;
};

void TakeField(Literal& literal, Fields& fields) {
  const std::string_view key = literal.TakeString();
  literal.Take(':');
  if (key == "descr") {
    fields.descr = literal.TakeString();
  } else if (key == "fortran_order") {
    fields.order = TakeOrder(literal);
  } else if (key == "shape") {
    fields.shape = TakeShape(literal);
  } else {
    throw Error(ErrorKind::kInvalidModel, fmt::format("its header has the unknown key '{}'", key));
  }
}

Fields TakeFields(Literal& literal) {
  Fields fields;
  literal.Take('{');
  while (!literal.TryTake('}')) {
    TakeField(literal, fields);
    if (literal.TryTake(',')) continue;
    literal.Take('}');
    break;
  }
  return fields;
}

}  // namespace

NpyHeader ParseNpyHeader(std::string_view text) {
  Literal literal(text);
  const Fields fields = TakeFields(literal);
  Require(fields.descr && fields.order && fields.shape, ErrorKind::kInvalidModel,
          "its header must say 'descr', 'fortran_order' and 'shape'");
  NpyHeader header;
  SetElementType(*fields.descr, header);
  header.order = *fields.order;
  header.type.shape = *fields.shape;
  return header;
}

std::string FormatNpyHeader(const TensorType& type) {
  for (const Code& row : kCodes) {
    if (row.dtype != type.dtype) continue;
    const std::string_view comma = type.shape.rank() == 1 ? "," : "";  // "(3,)" but "(3, 4)"
    const char order = DTypeBits(type.dtype) > 8 ? '<' : '|';
    return fmt::format("{{'descr': '{}{}', 'fortran_order': False, 'shape': ({}{}), }}", order, row.code,
                       fmt::join(type.shape.dims(), ", "), comma);
  }
  throw Error(ErrorKind::kUnsupported, fmt::format("NumPy's files have no elements of type {}", DTypeName(type.dtype)));
}

}  // namespace stepwell
