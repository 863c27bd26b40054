#include "stepwell/converter/templates/lm_1b_template.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <numeric>

#include "stepwell/base/checked.h"
#include "stepwell/converter/templates/graph_writer.h"

namespace stepwell::converter {
namespace {

constexpr std::array<std::int64_t, 8> kFilterWidths = {1, 2, 3, 4, 5, 6, 7, 7};
constexpr std::int64_t kCharacters = 256;
constexpr float kGateBias = 2.0F;
constexpr float kForgetBias = 1.0F;

std::int32_t Int32(std::int64_t value) { return static_cast<std::int32_t>(value); }

class Writer {
 public:
  Writer(const Lm1bShape& shape, const VariableSource& variables)
      : shape_(shape),
        variables_(variables),
        features_(std::accumulate(shape.filters.begin(), shape.filters.end(), std::int64_t{0})) {}

  SourceGraph Write() && {
    std::string x = WriteEmbedding();
    x = WriteLayer(0, x);
    x = WriteLayer(1, x);
    const std::string rows = graph_.Reshape("Reshape_2", x, {-1, Int32(shape_.projection)});
    const std::string logits =
        graph_.Node("MatMul", "MatMul", {rows, Weights("softmax/W", {shape_.words, shape_.projection})},
                    {{"T", TfType::kFloat}, {"transpose_a", false}, {"transpose_b", true}});
    const std::string biased = BiasAdd("BiasAdd", logits, Weights("softmax/b", {shape_.words}));
    graph_.Op("softmax_out", "Identity", {graph_.Op("Softmax", "Softmax", {biased})});
    return std::move(graph_).Finish();
  }

 private:
  std::string WriteEmbedding() {
    const std::string input = graph_.Placeholder("char_inputs_in", TfType::kInt32, {1, 1, shape_.longest_word});
    const std::string scope = "char_embedding";
    const std::string table = Weights(scope + "/W", {kCharacters, shape_.character_width});
    const std::string ids = graph_.Reshape(scope + "/Reshape", input, {-1, Int32(shape_.longest_word)});
    const std::string looked_up =
        graph_.Node(scope + "/embedding_lookup", "Gather", {table, ids},
                    {{"Tparams", TfType::kFloat}, {"Tindices", TfType::kInt32}, {"validate_indices", true}});
    const std::string image = graph_.Reshape(scope + "/Reshape_1", looked_up,
                                             {-1, Int32(shape_.longest_word), Int32(shape_.character_width), 1});
    std::vector<std::string> parts;
    for (std::size_t i = 0; i < shape_.filters.size(); ++i) parts.push_back(WriteConvolution(i, image));
    std::string x = Concat(scope + "/concat", 1, parts);
    x = WriteHighway(scope + "/dense_0", x);
    x = WriteHighway(scope + "/dense_1", x);
    return graph_.Op("all_embs_out", "Identity", {Linear(scope + "/proj", x, shape_.projection)});
  }

  // The strongest answer of each filter anywhere in the word.
  std::string WriteConvolution(std::size_t index, const std::string& image) {
    const std::string scope = fmt::format("char_embedding/cnn_{}", index);
    const std::int64_t filters = shape_.filters[index];
    const std::string kernel = Weights(scope + "/kernel", {kFilterWidths[index], shape_.character_width, 1, filters});
    AttrList strides;
    strides.ints = {1, 1, 1, 1};
    const std::string convolved = graph_.Node(scope + "/Conv2D", "Conv2D", {image, kernel},
                                              {{"T", TfType::kFloat},
                                               {"strides", std::move(strides)},
                                               {"padding", std::string("VALID")},
                                               {"data_format", std::string("NHWC")}});
    const std::string biased = Binary(scope + "/add", "Add", convolved, Weights(scope + "/b", {1, 1, 1, filters}));
    const std::string relu = graph_.Op(scope + "/Relu", "Relu", {biased});
    const std::string strongest =
        graph_.Node(scope + "/Max", "Max", {relu, graph_.Ints(scope + "/Max/reduction_indices", {1}, {1})},
                    {{"T", TfType::kFloat}, {"keep_dims", true}});
    return graph_.Reshape(scope + "/Reshape", strongest, {-1, Int32(filters)});
  }

  // gate * relu(x W + b) + (1 - gate) * x
  std::string WriteHighway(const std::string& scope, const std::string& x) {
    const std::string lifted = Binary(scope + "/gate/sub", "Sub", Linear(scope + "/gate", x, features_),
                                      graph_.Float(scope + "/gate/sub/y", kGateBias));
    const std::string gate = graph_.Op(scope + "/gate/Sigmoid", "Sigmoid", {lifted});
    const std::string transformed = graph_.Op(scope + "/tr/Relu", "Relu", {Linear(scope + "/tr", x, features_)});
    const std::string taken = Binary(scope + "/mul", "Mul", gate, transformed);
    const std::string rest = Binary(scope + "/sub", "Sub", graph_.Float(scope + "/sub/x", 1.0F), gate);
    return Binary(scope + "/add", "Add", taken, Binary(scope + "/mul_1", "Mul", rest, x));
  }

  std::string WriteLayer(int layer, const std::string& x) {
    const std::string scope = fmt::format("lstm/lstm_{}", layer);
    const std::string variable = layer == 0 ? "Variable" : "Variable_1";
    const std::string state = WriteState(variable, shape_.cells + shape_.projection);
    const std::string cell = Columns(scope + "/Slice", state, 0, shape_.cells);
    const std::string hidden = Columns(scope + "/Slice_1", state, shape_.cells, shape_.projection);
    const std::string both = Concat(scope + "/concat_1", 1, {x, hidden});
    const std::string product =
        graph_.MatMul(scope + "/MatMul", both, Weights(scope + "/W", {2 * shape_.projection, 4 * shape_.cells}));
    const std::string gates = BiasAdd(scope + "/BiasAdd", product, Weights(scope + "/B", {4 * shape_.cells}));
    const std::string split = graph_.Node(scope + "/split", "Split", {graph_.Int(scope + "/split/split_dim", 1), gates},
                                          {{"T", TfType::kFloat}, {"num_split", std::int64_t{4}}});
    const std::string forget = Binary(scope + "/add", "Add", split + ":2", graph_.Float(scope + "/add/y", kForgetBias));
    const std::string kept = Binary(scope + "/mul_1", "Mul", Gate(scope, "F", forget, cell), cell);
    const std::string candidate = graph_.Op(scope + "/Tanh", "Tanh", {split + ":1"});
    const std::string added = Binary(scope + "/mul_3", "Mul", Gate(scope, "I", split, cell), candidate);
    const std::string next = Binary(scope + "/add_3", "Add", kept, added);
    const std::string shown = graph_.Op(scope + "/Tanh_1", "Tanh", {next});
    const std::string out = Binary(scope + "/mul_5", "Mul", Gate(scope, "O", split + ":3", next), shown);
    const std::string projected =
        graph_.MatMul(scope + "/MatMul_1", out, Weights(scope + "/W_P", {shape_.cells, shape_.projection}));
    const std::string next_state = Concat(scope + "/concat_2", 1, {next, projected});
    const std::string assign = Assign(scope + "/Assign", variable, next_state);
    return graph_.Op(scope + "/control_dependency", "Identity", {projected, "^" + assign});
  }

  // sigmoid(x + diag * cell): a gate that looks at the cell through its peephole.
  std::string Gate(const std::string& scope, const std::string& gate, const std::string& x, const std::string& cell) {
    const std::string name = fmt::format("{}/{}", scope, gate);
    const std::string seen =
        Binary(name + "/mul", "Mul", Weights(fmt::format("{}/W_{}_diag", scope, gate), {shape_.cells}), cell);
    return graph_.Op(name + "/Sigmoid", "Sigmoid", {Binary(name + "/add", "Add", x, seen)});
  }

  std::string WriteState(const std::string& variable, std::int64_t width) {
    graph_.Node(variable, "Variable", {}, {{"dtype", TfType::kFloat}, {"shape", Shape{1, width}}});
    const std::vector<float> none(AsSize(width));
    const std::string zeros = graph_.Const(variable + "/zeros", FloatTensor({1, width}, none));
    Assign(variable + "/Assign", variable, zeros);
    return graph_.Op(variable + "/read", "Identity", {variable});
  }

  std::string Assign(const std::string& name, const std::string& variable, const std::string& value) {
    return graph_.Node(name, "Assign", {variable, value},
                       {{"T", TfType::kFloat}, {"use_locking", false}, {"validate_shape", true}});
  }

  std::string Columns(const std::string& name, const std::string& x, std::int64_t first, std::int64_t count) {
    const std::string begin = graph_.Ints(name + "/begin", {2}, {0, Int32(first)});
    const std::string size = graph_.Ints(name + "/size", {2}, {-1, Int32(count)});
    return graph_.Node(name, "Slice", {x, begin, size}, {{"T", TfType::kFloat}, {"Index", TfType::kInt32}});
  }

  std::string Linear(const std::string& scope, const std::string& x, std::int64_t out) {
    const std::string product = graph_.MatMul(scope + "/MatMul", x, Weights(scope + "/W", {features_, out}));
    return Binary(scope + "/add", "Add", product, Weights(scope + "/b", {1, out}));
  }

  std::string Concat(const std::string& name, std::int32_t axis, std::vector<std::string> parts) {
    const auto count = static_cast<std::int64_t>(parts.size());
    parts.insert(parts.begin(), graph_.Int(name + "/concat_dim", axis));
    return graph_.Node(name, "Concat", parts, {{"T", TfType::kFloat}, {"N", count}});
  }

  std::string Weights(const std::string& name, const Shape& shape) {
    return graph_.Weights(name, variables_(name, shape));
  }
  std::string Binary(const std::string& name, const std::string& op, const std::string& a, const std::string& b) {
    return graph_.Op(name, op, {a, b});
  }
  std::string BiasAdd(const std::string& name, const std::string& x, const std::string& bias) {
    return graph_.Node(name, "BiasAdd", {x, bias}, {{"T", TfType::kFloat}, {"data_format", std::string("NHWC")}});
  }

  Lm1bShape shape_;
  const VariableSource& variables_;
  std::int64_t features_;
  GraphWriter graph_;
};

}  // namespace

Lm1bShape Lm1bShape::Scaled(std::int64_t divisor) {
  const auto part = [&](std::int64_t whole) { return std::max<std::int64_t>(1, whole / divisor); };
  Lm1bShape shape;
  shape.cells = part(shape.cells);
  shape.projection = part(shape.projection);
  shape.words = part(shape.words);
  for (std::int64_t& filters : shape.filters) filters = part(filters);
  return shape;
}

SourceGraph MakeLm1bGraph(const Lm1bShape& shape, const VariableSource& variables) {
  if (shape.filters.size() != kFilterWidths.size()) {
    throw Error(ErrorKind::kInvalidArgument,
                fmt::format("lm_1b has {} filter sizes and {} were given", kFilterWidths.size(), shape.filters.size()));
  }
  return Writer(shape, variables).Write();
}

}  // namespace stepwell::converter
