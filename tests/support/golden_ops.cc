#include "tests/support/golden_ops.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

#include "stepwell/ir/versioned_op.h"
#include "stepwell/ops/registry.h"
#include "stepwell/passes/evaluate.h"
#include "tests/support/recorded_tensor.h"

namespace stepwell::testing {
namespace {

using Json = nlohmann::json;

// The recorded attributes of a node: {"T": {"type": "f32"}, "N": {"i": 2}, ...}.
class RecordedNode final : public ops::SourceNode {
 public:
  explicit RecordedNode(Json json) : json_(std::move(json)), op_(json_.at("op").get<std::string>()) {}

  std::string_view name() const override { return "node"; }
  std::string_view op() const override { return op_; }
  int num_inputs() const override { return static_cast<int>(json_.at("inputs").size()); }
  float FloatAttr(std::string_view key, float fallback) const override { return Get("f", key, fallback); }
  bool BoolAttr(std::string_view key, bool fallback) const override { return Get("b", key, fallback); }
  std::int64_t IntAttr(std::string_view key, std::int64_t fallback) const override { return Get("i", key, fallback); }
  std::string StringAttr(std::string_view key, std::string_view fallback) const override {
    return Get("s", key, std::string(fallback));
  }
  std::vector<std::int64_t> IntsAttr(std::string_view key) const override {
    return Get("ints", key, std::vector<std::int64_t>());
  }
  DType TypeAttr(std::string_view key) const override {
    const auto dtype = TypeAttrIfAny(key);
    STEPWELL_CHECK(dtype.has_value());
    return *dtype;
  }
  std::optional<DType> TypeAttrIfAny(std::string_view key) const override {
    const std::string name = Get("type", key, std::string());
    return FindDType(name);
  }
  bool IsOutputUsed(int output) const override {
    return AsSize(output) < json_.at("outputs").size() && !json_.at("outputs")[AsSize(output)].is_null();
  }

 private:
  template <class T>
  T Get(const char* kind, std::string_view key, T fallback) const {
    const auto attr = json_.at("attrs").find(std::string(key));
    return attr == json_.at("attrs").end() ? fallback : attr->at(kind).template get<T>();
  }

  Json json_;
  std::string op_;
};

// The recorded attributes of a layer, in the same form.
class RecordedFields final : public ir::FieldReader {
 public:
  explicit RecordedFields(const Json& attrs) : attrs_(attrs) {}

  void operator()(std::string_view name, bool& field) override { Get("b", name, field); }
  void operator()(std::string_view name, std::int64_t& field) override { Get("i", name, field); }
  void operator()(std::string_view name, float& field) override { Get("f", name, field); }
  void operator()(std::string_view name, std::string& field) override { Get("s", name, field); }
  void operator()(std::string_view name, std::vector<std::int64_t>& field) override { Get("ints", name, field); }
  void operator()(std::string_view, std::vector<std::string>&) override { STEPWELL_CHECK(false); }
  void operator()(std::string_view, Shape&) override { STEPWELL_CHECK(false); }
  void operator()(std::string_view name, DType& field) override {
    std::string text;
    Get("s", name, text);
    const auto dtype = FindDType(text);
    STEPWELL_CHECK(dtype.has_value());
    field = *dtype;
  }

  std::size_t num_read() const { return num_read_; }

 private:
  template <class T>
  void Get(const char* kind, std::string_view name, T& field) {
    field = attrs_.at(std::string(name)).at(kind).get<T>();
    ++num_read_;
  }

  const Json& attrs_;
  std::size_t num_read_ = 0;
};

// Attributes that the op does not ask for are as wrong as those that it misses.
std::shared_ptr<const ir::Op> LayerOf(const Json& json) {
  const std::string name = json.at("layer").get<std::string>();
  const auto op = ops::MakeOp(name);
  if (op == nullptr) throw Error(ErrorKind::kUnsupported, fmt::format("no family has the layer '{}'", name));
  const std::string opset = json.at("opset").get<std::string>();
  if (auto* versioned = dynamic_cast<ir::VersionedOp*>(op.get())) versioned->SetOpset(opset);
  RecordedFields fields(json.at("attrs"));
  op->Read(fields);
  if (fields.num_read() != json.at("attrs").size() || op->opset() != opset) {
    throw Error(ErrorKind::kInvalidModel,
                fmt::format("{} has other attributes or another opset than OpenVINO's", name));
  }
  return op;
}

GoldenCase CaseOf(const Json& json) {
  GoldenCase golden;
  golden.name = json.at("name").get<std::string>();
  if (json.contains("op")) {
    golden.node = std::make_shared<RecordedNode>(json);
  } else {
    golden.layer = LayerOf(json);
  }
  golden.tolerance = json.value("tolerance", 2e-6);
  golden.can_be_dynamic = json.value("dynamic", true);
  for (const Json& input : json.at("inputs")) {
    golden.inputs.push_back({ParseRecordedTensor(input.dump()), input.value("constant", false)});
  }
  for (const Json& output : json.at("outputs")) {
    golden.outputs.push_back(output.is_null() ? std::nullopt : std::optional(ParseRecordedTensor(output.dump())));
  }
  return golden;
}

ir::ValueId AddInput(ir::GraphBuilder& builder, const GoldenInput& input, GoldenShapes shapes) {
  const std::string name = fmt::format("input_{}", builder.graph().num_values());
  if (input.is_constant) return builder.AddConstant(name, ir::ConstantData::Of(input.value.Clone()));
  TensorType type = input.value.type();
  if (shapes == GoldenShapes::kDynamic) type.shape = Shape::Filled(type.shape.rank(), kDynamic);
  return builder.AddInput(name, type);
}

std::vector<ir::ValueId> AddOp(ir::GraphBuilder& builder, const GoldenCase& golden,
                               const std::vector<ir::ValueId>& inputs) {
  if (golden.layer != nullptr) return builder.Add("layer", golden.layer, inputs);
  const ops::ImportRule* rule = ops::FindImportRule(golden.node->op());
  if (rule == nullptr) {
    throw Error(ErrorKind::kUnsupported, fmt::format("no rule imports '{}'", golden.node->op()));
  }
  return rule->import({.node = *golden.node, .inputs = inputs, .graph = builder});
}

std::string TypeDifference(const ir::Graph& graph, const ir::Output& output, const Tensor& expected) {
  const TensorType& inferred = graph.value(output.value).type;
  if (inferred.dtype == expected.type().dtype && ShapesAgree(inferred.shape, expected.type().shape)) return {};
  return fmt::format("inferred {} for {}", ToText(inferred), ToText(expected.type()));
}

}  // namespace

std::vector<GoldenCase> LoadGoldenCases(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".json") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  std::vector<GoldenCase> cases;
  for (const auto& file : files) {
    std::ifstream stream(file);
    const Json all = Json::parse(stream);
    for (const Json& json : all.at("cases")) cases.push_back(CaseOf(json));
  }
  return cases;
}

ir::Graph MakeGoldenGraph(const GoldenCase& golden, GoldenShapes shapes) {
  ir::GraphBuilder builder;
  std::vector<ir::ValueId> inputs;
  for (const GoldenInput& input : golden.inputs) inputs.push_back(AddInput(builder, input, shapes));
  const auto outputs = AddOp(builder, golden, inputs);
  for (std::size_t i = 0; i < golden.outputs.size(); ++i) {
    if (golden.outputs[i]) builder.AddOutput(fmt::format("output_{}", i), outputs.at(i));
  }
  return std::move(builder).Build();
}

std::string FindDifference(const GoldenCase& golden, GoldenShapes shapes, ops::KernelSet set) {
  const ir::Graph graph = MakeGoldenGraph(golden, shapes);
  std::vector<ConstTensorView> inputs;
  for (const GoldenInput& input : golden.inputs) {
    if (!input.is_constant) inputs.push_back(input.value.view());
  }
  const std::vector<Tensor> found = passes::Evaluate(graph, inputs, set);
  std::size_t next = 0;
  for (const auto& expected : golden.outputs) {
    if (!expected) continue;
    std::string difference = TypeDifference(graph, graph.outputs()[next], *expected);
    if (difference.empty()) difference = FindTensorDifference(found[next], *expected, golden.tolerance);
    if (!difference.empty()) return fmt::format("{}: {}", graph.outputs()[next].name, difference);
    ++next;
  }
  return {};
}

}  // namespace stepwell::testing
