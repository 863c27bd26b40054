#include "stepwell/converter/source/source_node.h"

#include <fmt/format.h>

#include "stepwell/base/error.h"

namespace stepwell::converter {
namespace {

template <class T>
constexpr std::string_view kKindName = "nothing";
template <>
constexpr std::string_view kKindName<std::string> = "a string";
template <>
constexpr std::string_view kKindName<std::int64_t> = "an integer";
template <>
constexpr std::string_view kKindName<float> = "a float";
template <>
constexpr std::string_view kKindName<bool> = "a boolean";
template <>
constexpr std::string_view kKindName<TfType> = "a type";
template <>
constexpr std::string_view kKindName<Shape> = "a shape";
template <>
constexpr std::string_view kKindName<SourceTensor> = "a tensor";
template <>
constexpr std::string_view kKindName<AttrList> = "a list";
template <>
constexpr std::string_view kKindName<FunctionName> = "a function";

Error AttrError(const SourceNode& node, std::string_view key, std::string_view expected, std::string_view found) {
  return {ErrorKind::kInvalidModel, fmt::format("node '{}' ({}): attribute '{}' should be {}, found {}", node.name,
                                                node.op, key, expected, found)};
}

template <class T>
const T* FindAttr(const SourceNode& node, std::string_view key) {
  const auto it = node.attrs.find(key);
  if (it == node.attrs.end()) return nullptr;
  const T* const value = std::get_if<T>(&it->second);
  if (value == nullptr) throw AttrError(node, key, kKindName<T>, AttrKindName(it->second));
  return value;
}

template <class T>
const T& RequiredAttr(const SourceNode& node, std::string_view key) {
  const T* const value = FindAttr<T>(node, key);
  if (value == nullptr) throw AttrError(node, key, kKindName<T>, "no such attribute");
  return *value;
}

template <class T>
T AttrOr(const SourceNode& node, std::string_view key, const T& fallback) {
  const T* const value = FindAttr<T>(node, key);
  return value == nullptr ? fallback : *value;
}

}  // namespace

std::string_view AttrKindName(const SourceAttr& attr) {
  return std::visit([](const auto& value) { return kKindName<std::remove_cvref_t<decltype(value)>>; }, attr);
}

std::string ToText(const SourceOutput& output) {
  return output.port == 0 ? output.node : fmt::format("{}:{}", output.node, output.port);
}

float SourceNode::FloatAttr(std::string_view key) const { return RequiredAttr<float>(*this, key); }
float SourceNode::FloatAttr(std::string_view key, float fallback) const { return AttrOr(*this, key, fallback); }
std::int64_t SourceNode::IntAttr(std::string_view key) const { return RequiredAttr<std::int64_t>(*this, key); }
std::int64_t SourceNode::IntAttr(std::string_view key, std::int64_t fallback) const {
  return AttrOr(*this, key, fallback);
}
bool SourceNode::BoolAttr(std::string_view key) const { return RequiredAttr<bool>(*this, key); }
bool SourceNode::BoolAttr(std::string_view key, bool fallback) const { return AttrOr(*this, key, fallback); }
TfType SourceNode::TypeAttr(std::string_view key) const { return RequiredAttr<TfType>(*this, key); }
TfType SourceNode::TypeAttr(std::string_view key, TfType fallback) const { return AttrOr(*this, key, fallback); }
Shape SourceNode::ShapeAttr(std::string_view key) const { return RequiredAttr<Shape>(*this, key); }
Shape SourceNode::ShapeAttr(std::string_view key, const Shape& fallback) const { return AttrOr(*this, key, fallback); }
std::string SourceNode::StringAttr(std::string_view key) const { return RequiredAttr<std::string>(*this, key); }
std::string SourceNode::StringAttr(std::string_view key, std::string_view fallback) const {
  return AttrOr(*this, key, std::string(fallback));
}
const SourceTensor& SourceNode::TensorAttr(std::string_view key) const {
  return RequiredAttr<SourceTensor>(*this, key);
}
const AttrList& SourceNode::ListAttr(std::string_view key) const { return RequiredAttr<AttrList>(*this, key); }
std::vector<std::int64_t> SourceNode::IntsAttr(std::string_view key) const { return ListAttr(key).ints; }
std::vector<std::int64_t> SourceNode::IntsAttr(std::string_view key, const std::vector<std::int64_t>& fallback) const {
  const AttrList* const list = FindAttr<AttrList>(*this, key);
  return list == nullptr ? fallback : list->ints;
}

}  // namespace stepwell::converter
