#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "stepwell/converter/source/source_graph.h"

namespace stepwell::converter {

// Writes a SourceGraph node by node, as a script would with TensorFlow. Each call returns the name of what it added, to
// be an input of others ("name" or "name:port").
class GraphWriter {
 public:
  using Attrs = std::vector<std::pair<std::string, SourceAttr>>;

  std::string Node(std::string name, std::string op, const std::vector<std::string>& inputs, Attrs attrs = {});
  std::string Placeholder(std::string name, TfType type, const Shape& shape);
  // A Const; `Weights` is one followed by the Identity "<name>/read", as a frozen variable is.
  std::string Const(std::string name, SourceTensor value);
  std::string Weights(const std::string& name, SourceTensor value);
  std::string Ints(std::string name, const Shape& shape, std::initializer_list<std::int32_t> values);
  std::string Int(std::string name, std::int32_t value) { return Ints(std::move(name), {}, {value}); }
  std::string Float(std::string name, float value);
  // An op of one floating-point type "T".
  std::string Op(std::string name, std::string op, const std::vector<std::string>& inputs);
  std::string MatMul(std::string name, const std::string& a, const std::string& b);
  std::string Reshape(const std::string& name, const std::string& x, std::initializer_list<std::int32_t> shape);

  SourceGraph Finish() &&;

 private:
  std::vector<SourceNode> nodes_;
};

// The values as the content of a Const.
SourceTensor FloatTensor(const Shape& shape, std::span<const float> values);

}  // namespace stepwell::converter
