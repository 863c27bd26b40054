#include "stepwell/converter/templates/graph_writer.h"

#include <cstring>

#include "stepwell/base/checked.h"
#include "stepwell/base/text.h"

namespace stepwell::converter {
namespace {

constexpr std::int64_t kTf115Producer = 134;

SourceOutput ParseOutput(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return {std::string(text), 0};
  const auto port = ParseInt(text.substr(colon + 1));
  STEPWELL_CHECK(port.has_value());
  return {std::string(text.substr(0, colon)), static_cast<int>(*port)};
}

template <class T>
SourceTensor DenseTensor(TfType type, const Shape& shape, std::span<const T> values) {
  STEPWELL_CHECK(values.size() == AsSize(shape.num_elements()));
  return {type, ElementType(type), shape, SharedBytes::CopyOf(std::as_bytes(values)), {}};
}

}  // namespace

SourceTensor FloatTensor(const Shape& shape, std::span<const float> values) {
  return DenseTensor(TfType::kFloat, shape, values);
}

std::string GraphWriter::Node(std::string name, std::string op, const std::vector<std::string>& inputs, Attrs attrs) {
  SourceNode node;
  node.name = std::move(name);
  node.op = std::move(op);
  for (const std::string& input : inputs) {
    if (input.starts_with('^')) {
      node.control_inputs.push_back(input.substr(1));
    } else {
      node.inputs.push_back(ParseOutput(input));
    }
  }
  for (auto& [key, value] : attrs) node.attrs.emplace(std::move(key), std::move(value));
  nodes_.push_back(std::move(node));
  return nodes_.back().name;
}

std::string GraphWriter::Placeholder(std::string name, TfType type, const Shape& shape) {
  return Node(std::move(name), "Placeholder", {}, {{"dtype", type}, {"shape", shape}});
}

std::string GraphWriter::Const(std::string name, SourceTensor value) {
  const TfType type = value.tf_type;
  return Node(std::move(name), "Const", {}, {{"dtype", type}, {"value", std::move(value)}});
}

std::string GraphWriter::Weights(const std::string& name, SourceTensor value) {
  return Op(name + "/read", "Identity", {Const(name, std::move(value))});
}

std::string GraphWriter::Ints(std::string name, const Shape& shape, std::initializer_list<std::int32_t> values) {
  return Const(std::move(name),
               DenseTensor<std::int32_t>(TfType::kInt32, shape, std::span(values.begin(), values.size())));
}

std::string GraphWriter::Float(std::string name, float value) {
  return Const(std::move(name), FloatTensor({}, std::span(&value, 1)));
}

std::string GraphWriter::Op(std::string name, std::string op, const std::vector<std::string>& inputs) {
  return Node(std::move(name), std::move(op), inputs, {{"T", TfType::kFloat}});
}

std::string GraphWriter::MatMul(std::string name, const std::string& a, const std::string& b) {
  return Node(std::move(name), "MatMul", {a, b},
              {{"T", TfType::kFloat}, {"transpose_a", false}, {"transpose_b", false}});
}

std::string GraphWriter::Reshape(const std::string& name, const std::string& x,
                                 std::initializer_list<std::int32_t> shape) {
  const std::string target = Ints(name + "/shape", {static_cast<Dim>(shape.size())}, shape);
  return Node(name, "Reshape", {x, target}, {{"T", TfType::kFloat}, {"Tshape", TfType::kInt32}});
}

SourceGraph GraphWriter::Finish() && {
  SourceGraph graph(SourceGraph::Parts{std::move(nodes_), kTf115Producer, {}});
  graph.Validate();
  return graph;
}

}  // namespace stepwell::converter
