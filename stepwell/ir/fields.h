#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "stepwell/base/dtype.h"
#include "stepwell/base/error.h"
#include "stepwell/base/shape.h"

namespace stepwell::ir {

// Walks the attributes of an op to fill them (XML reader). A field that the source does not have keeps its default.
class FieldReader {
 public:
  virtual ~FieldReader() = default;
  virtual void operator()(std::string_view name, bool& field) = 0;
  virtual void operator()(std::string_view name, std::int64_t& field) = 0;
  virtual void operator()(std::string_view name, float& field) = 0;
  virtual void operator()(std::string_view name, std::string& field) = 0;
  virtual void operator()(std::string_view name, std::vector<std::int64_t>& field) = 0;
  virtual void operator()(std::string_view name, std::vector<std::string>& field) = 0;
  virtual void operator()(std::string_view name, DType& field) = 0;
  virtual void operator()(std::string_view name, Shape& field) = 0;
};

// Walks the attributes of an op to show them (XML writer, dump, comparison of two ops).
class FieldWriter {
 public:
  virtual ~FieldWriter() = default;
  virtual void operator()(std::string_view name, const bool& field) = 0;
  virtual void operator()(std::string_view name, const std::int64_t& field) = 0;
  virtual void operator()(std::string_view name, const float& field) = 0;
  virtual void operator()(std::string_view name, const std::string& field) = 0;
  virtual void operator()(std::string_view name, const std::vector<std::int64_t>& field) = 0;
  virtual void operator()(std::string_view name, const std::vector<std::string>& field) = 0;
  virtual void operator()(std::string_view name, const DType& field) = 0;
  virtual void operator()(std::string_view name, const Shape& field) = 0;
};

// A field that is an enumeration inside and one of `names` (indexed by enumerator) in the file.
template <class Field, class E>
void EnumField(Field& field, std::string_view name, E& value, std::span<const std::string_view> names) {
  std::string text(names[static_cast<std::size_t>(value)]);
  if constexpr (std::is_const_v<E>) {
    field(name, std::as_const(text));
  } else {
    field(name, text);
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (names[i] == text) {
        value = static_cast<E>(i);
        return;
      }
    }
    throw Error(ErrorKind::kUnsupported, "attribute '" + std::string(name) + "' has the unknown value '" + text + "'");
  }
}

}  // namespace stepwell::ir
