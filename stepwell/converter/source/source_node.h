#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "stepwell/base/shape.h"
#include "stepwell/converter/source/source_tensor.h"
#include "stepwell/converter/source/tf_type.h"

namespace stepwell::converter {

struct FunctionName {
  std::string name;
};

// A list attribute. TensorFlow fills one of these; an empty list does not say which it is.
struct AttrList {
  std::vector<std::string> strings;
  std::vector<std::int64_t> ints;
  std::vector<float> floats;
  std::vector<bool> bools;
  std::vector<TfType> types;
  std::vector<Shape> shapes;  // dynamic dimensions and unknown ranks allowed
  std::vector<SourceTensor> tensors;
  std::vector<FunctionName> functions;
};

// std::monostate: an attribute without a value, or of a kind that no graph to be run holds (a placeholder).
using SourceAttr = std::variant<std::monostate, std::string, std::int64_t, float, bool, TfType, Shape, SourceTensor,
                                AttrList, FunctionName>;

// "string", "int", ... for messages.
std::string_view AttrKindName(const SourceAttr& attr);

// One output of a node: "name:port".
struct SourceOutput {
  std::string node;
  int port = 0;
  friend bool operator==(const SourceOutput&, const SourceOutput&) = default;
};
// "name:port", without ":0".
std::string ToText(const SourceOutput& output);

// A NodeDef. The getters throw Error(kInvalidModel), naming node, attribute, expected and found, where the attribute
// has another kind; those without a fallback also where it is absent. With a fallback, an absent attribute gives that.
struct SourceNode {
  std::string name;
  std::string op;
  std::string device;
  std::vector<SourceOutput> inputs;  // data, in order
  std::vector<std::string> control_inputs;
  std::map<std::string, SourceAttr, std::less<>> attrs;

  bool HasAttr(std::string_view key) const { return attrs.find(key) != attrs.end(); }
  float FloatAttr(std::string_view key) const;
  float FloatAttr(std::string_view key, float fallback) const;
  std::int64_t IntAttr(std::string_view key) const;
  std::int64_t IntAttr(std::string_view key, std::int64_t fallback) const;
  bool BoolAttr(std::string_view key) const;
  bool BoolAttr(std::string_view key, bool fallback) const;
  TfType TypeAttr(std::string_view key) const;
  TfType TypeAttr(std::string_view key, TfType fallback) const;
  Shape ShapeAttr(std::string_view key) const;  // unknown dimensions and ranks allowed
  Shape ShapeAttr(std::string_view key, const Shape& fallback) const;
  std::string StringAttr(std::string_view key) const;
  std::string StringAttr(std::string_view key, std::string_view fallback) const;
  const SourceTensor& TensorAttr(std::string_view key) const;
  std::vector<std::int64_t> IntsAttr(std::string_view key) const;
  std::vector<std::int64_t> IntsAttr(std::string_view key, const std::vector<std::int64_t>& fallback) const;
  const AttrList& ListAttr(std::string_view key) const;
};

}  // namespace stepwell::converter
