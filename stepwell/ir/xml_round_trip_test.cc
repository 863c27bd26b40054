#include <gtest/gtest.h>

#include "stepwell/base/file.h"
#include "stepwell/ir/builder.h"
#include "stepwell/ir/ir_file.h"
#include "tests/support/message_of.h"
#include "tests/support/small_ops.h"
#include "tests/support/temp_folder.h"

namespace stepwell::ir {
namespace {

using testing::MakeSmallOp;
using testing::SmallAdd;
using testing::SmallLoop;
using testing::SmallRelu;
using testing::SmallTensorIterator;
using testing::TempFolder;

constexpr std::size_t kMostBytes = 1 << 20;

std::string BytesOfFile(const std::filesystem::path& path) { return ReadTextFile(path, kMostBytes); }

// Writes, reads, and writes again; the two pairs of files must be equal. Returns what was read.
Graph RoundTrip(const Graph& graph, const TempFolder& folder) {
  WriteIr(graph, folder / "first.xml");
  Graph read = ReadIr(folder / "first.xml", MakeSmallOp);
  WriteIr(read, folder / "second.xml");
  EXPECT_EQ(BytesOfFile(folder / "second.xml"), BytesOfFile(folder / "first.xml"));
  EXPECT_EQ(BytesOfFile(folder / "second.bin"), BytesOfFile(folder / "first.bin"));
  return read;
}

ConstantData Floats(const Shape& shape, std::vector<float> values) {
  return ConstantData::Of(Tensor::Of<float>(shape, values));
}

// Two states whose names and outputs sort in opposite orders, a free batch, and names that XML and OpenVINO escape.
GraphBuilder StatefulModel() {
  GraphBuilder builder;
  const ValueId x = builder.AddInput("x", {DType::kF32, {kDynamic, 3}}, Shape{1, 3}, {"x:0", "a,b", "<&\">\n"});
  const ValueId a = builder.AddInput("a_in", {DType::kF32, {kDynamic, 3}}, Shape{1, 3}, {});
  const ValueId b = builder.AddInput("b_in", {DType::kF32, {kDynamic, 3}}, Shape{2, 3}, {});
  const ValueId bias = builder.AddConstant("bias", Floats({3}, {1, 2, 3}));
  const ValueId sum = builder.AddOne("sum", SmallAdd(), {x, a});
  const ValueId other = builder.AddOne("other", SmallAdd(), {sum, bias});
  const ValueId last = builder.AddOne("last", SmallAdd(), {other, b});
  builder.AddTensorName(last, "last:0");
  builder.AddOutput("z_out", sum);
  builder.AddOutput("last", last);
  builder.AddOutput("y_out", other);
  builder.AddOutput("again", last);
  builder.AddState({"first", "a_in", "z_out", std::nullopt, "an edge"});
  builder.AddState({"second", "b_in", "y_out", Floats({1, 3}, {4, 5, 6}), ""});
  builder.SetName("stateful <model>");
  builder.SetRole("features", "x");
  builder.SetRole("logits", "last");
  builder.SetMetadata("sample_rate", "16000");
  builder.SetMetadata("odd key: \"1\"", "line\nbreak\ttab");
  return builder;
}

void ExpectStatefulModel(const Graph& graph) {
  EXPECT_EQ(graph.name(), "stateful <model>");
  ASSERT_EQ(graph.inputs().size(), 3U);
  EXPECT_EQ(graph.inputs()[0].name, "x");
  EXPECT_EQ(graph.inputs()[1].name, "a_in");
  EXPECT_EQ(graph.inputs()[2].name, "b_in");
  EXPECT_EQ(graph.inputs()[2].default_shape, (Shape{2, 3}));
  EXPECT_EQ(graph.value(graph.inputs()[0].value).type, (TensorType{DType::kF32, {kDynamic, 3}}));
  EXPECT_EQ(graph.value(graph.inputs()[0].value).names, (std::vector<std::string>{"x:0", "a,b", "<&\">\n", "x"}));
  ASSERT_EQ(graph.outputs().size(), 4U);
  EXPECT_EQ(graph.outputs()[0].name, "z_out");
  EXPECT_EQ(graph.outputs()[1].name, "last");
  EXPECT_EQ(graph.outputs()[2].name, "y_out");
  EXPECT_EQ(graph.outputs()[3].name, "again");
  EXPECT_EQ(graph.outputs()[3].value, graph.outputs()[1].value);
  ASSERT_EQ(graph.states().size(), 2U);
  EXPECT_EQ(graph.FindStateOfInput("a_in")->output, "z_out");
  EXPECT_EQ(graph.FindStateOfInput("a_in")->evidence, "an edge");
  EXPECT_FALSE(graph.FindStateOfInput("a_in")->initial);
  EXPECT_EQ(graph.FindStateOfInput("b_in")->output, "y_out");
  EXPECT_EQ(graph.FindStateOfInput("b_in")->initial->Copy<float>(), (std::vector<float>{4, 5, 6}));
  EXPECT_EQ(graph.roles().at("features"), "x");
  EXPECT_EQ(graph.roles().at("logits"), "last");
  EXPECT_EQ(graph.metadata().at("sample_rate"), "16000");
  EXPECT_EQ(graph.metadata().at("odd key: \"1\""), "line\nbreak\ttab");
}

TEST(XmlRoundTrip, KeepsInputsOutputsStatesAndFacts) {
  const TempFolder folder;
  const Graph read = RoundTrip(StatefulModel().Build(), folder);
  EXPECT_EQ(read.state_form(), StateForm::kExplicit);
  ExpectStatefulModel(read);
}

TEST(XmlRoundTrip, KeepsThemWhereStatesAreVariables) {
  const TempFolder folder;
  GraphBuilder builder = StatefulModel();
  builder.SetStateForm(StateForm::kReadValue);
  const Graph read = RoundTrip(std::move(builder).Build(), folder);
  EXPECT_EQ(read.state_form(), StateForm::kReadValue);
  ExpectStatefulModel(read);
  EXPECT_EQ(read.nodes().size(), 4U) << "the initial values of variables must not become nodes";
}

TEST(XmlRoundTrip, KeepsEveryKindOfField) {
  const TempFolder folder;
  testing::EveryField op;
  op.flag = true;
  op.integer = -9007199254740993;
  op.number = 0.1F;
  op.text = "a text, \"quoted\"";
  op.integers = {1, -2, 3};
  op.texts = {"sigmoid", "tanh"};
  op.dtype = DType::kBF16;
  op.shape = {kDynamic, 2};
  GraphBuilder builder;
  builder.AddOutput("out", builder.AddOne("node", op, {}));
  const Graph read = RoundTrip(std::move(builder).Build(), folder);
  const auto* same = As<testing::EveryField>(*read.nodes()[0].op);
  ASSERT_NE(same, nullptr);
  EXPECT_EQ(same->flag, op.flag);
  EXPECT_EQ(same->integer, op.integer);
  EXPECT_EQ(same->number, op.number);
  EXPECT_EQ(same->text, op.text);
  EXPECT_EQ(same->integers, op.integers);
  EXPECT_EQ(same->texts, op.texts);
  EXPECT_EQ(same->dtype, op.dtype);
  EXPECT_EQ(same->shape, op.shape);
}

// A body that adds its slice of x to the carried value, gives both, and (for Loop) goes on for ever.
std::shared_ptr<const Graph> Body() {
  GraphBuilder body;
  const ValueId slice = body.AddInput("slice", {DType::kF32, {1, 3}});
  const ValueId carried = body.AddInput("carried", {DType::kF32, {1, 3}});
  body.AddInput("iteration", {DType::kI64, {}});
  const ValueId sum = body.AddOne("sum", SmallAdd(), {slice, carried});
  const ValueId go_on = body.AddConstant("go_on", ConstantData::OfInts({1}, std::vector<std::int64_t>{1}));
  body.AddOutput("sum", sum);
  body.AddOutput("every", sum);
  body.AddOutput("condition", go_on);
  return std::make_shared<const Graph>(std::move(body).Build());
}

template <class Iterator>
Iterator WithBody(std::int64_t first_port) {
  Iterator op;
  op.body = Body();
  op.input_map = {{first_port, 0, SubgraphOp::Slicing{.axis = 0, .start = -1, .end = 0, .stride = -1}},
                  {first_port + 1, 1, std::nullopt}};
  op.output_map = {{1, 1, SubgraphOp::Slicing{.axis = 0}}, {0, 0, std::nullopt}};
  op.back_edges = {{0, 1}};
  return op;
}

void ExpectSameMaps(const SubgraphOp& found, const SubgraphOp& expected) {
  ASSERT_EQ(found.input_map.size(), 2U);
  ASSERT_EQ(found.output_map.size(), 2U);
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(found.input_map[i].external_port, expected.input_map[i].external_port);
    EXPECT_EQ(found.input_map[i].body_input, expected.input_map[i].body_input);
    EXPECT_EQ(found.input_map[i].slicing, expected.input_map[i].slicing);
    EXPECT_EQ(found.output_map[i].external_port, expected.output_map[i].external_port);
    EXPECT_EQ(found.output_map[i].body_output, expected.output_map[i].body_output);
    EXPECT_EQ(found.output_map[i].slicing, expected.output_map[i].slicing);
  }
  ASSERT_EQ(found.back_edges.size(), 1U);
  EXPECT_EQ(found.back_edges[0].body_output, 0);
  EXPECT_EQ(found.back_edges[0].body_input, 1);
  EXPECT_EQ(found.iteration_input, expected.iteration_input);
  EXPECT_EQ(found.condition_output, expected.condition_output);
  EXPECT_EQ(found.body->nodes().size(), expected.body->nodes().size());
}

TEST(XmlRoundTrip, KeepsTheBodyOfATensorIterator) {
  const TempFolder folder;
  const auto op = WithBody<SmallTensorIterator>(0);
  GraphBuilder builder;
  const ValueId x = builder.AddInput("x", {DType::kF32, {4, 3}});
  const ValueId h = builder.AddInput("h", {DType::kF32, {1, 3}});
  const auto outputs = builder.Add("loop", std::make_shared<const SmallTensorIterator>(op), {x, h});
  builder.AddOutput("last", outputs[0]);
  builder.AddOutput("all", outputs[1]);
  const Graph read = RoundTrip(std::move(builder).Build(), folder);
  ExpectSameMaps(dynamic_cast<const SubgraphOp&>(*read.nodes()[0].op), op);
}

TEST(XmlRoundTrip, KeepsTheIterationAndTheConditionOfALoop) {
  const TempFolder folder;
  auto op = WithBody<SmallLoop>(2);
  op.iteration_input = 2;
  op.condition_output = 2;
  GraphBuilder builder;
  const ValueId x = builder.AddInput("x", {DType::kF32, {4, 3}});
  const ValueId h = builder.AddInput("h", {DType::kF32, {1, 3}});
  const ValueId trips = builder.AddInt("trips", 4);
  const ValueId go = builder.AddInt("go", 1);
  const auto outputs = builder.Add("loop", std::make_shared<const SmallLoop>(op), {trips, go, x, h});
  builder.AddOutput("last", outputs[0]);
  builder.AddOutput("all", outputs[1]);
  const Graph read = RoundTrip(std::move(builder).Build(), folder);
  ExpectSameMaps(dynamic_cast<const SubgraphOp&>(*read.nodes()[2].op), op);
}

TEST(XmlRoundTrip, KeepsNamesOfOutputsThatNodesHaveToo) {
  const TempFolder folder;
  GraphBuilder builder;
  const ValueId x = builder.AddInput("x", {DType::kF32, {2}});
  const ValueId y = builder.AddOne("y", SmallRelu(), {x});
  builder.AddOutput("y", y);
  builder.AddOutput("x", x);
  builder.AddOutput("strange/sink_port_0", y);
  const Graph read = RoundTrip(std::move(builder).Build(), folder);
  EXPECT_EQ(read.outputs()[0].name, "y");
  EXPECT_EQ(read.outputs()[1].name, "x");
  EXPECT_EQ(read.outputs()[2].name, "strange/sink_port_0");
}

TEST(XmlRoundTrip, KeepsUnknownRanksAndScalars) {
  const TempFolder folder;
  GraphBuilder builder;
  const ValueId x = builder.AddInput("x", {DType::kF32, Shape::UnknownRank()}, Shape{2, 2}, {});
  const ValueId s = builder.AddInput("s", {DType::kI32, {}});
  builder.AddOutput("y", builder.AddOne("relu", SmallRelu(), {x}));
  builder.AddOutput("t", builder.AddOne("relu_s", SmallRelu(), {s}));
  const Graph read = RoundTrip(std::move(builder).Build(), folder);
  EXPECT_FALSE(read.value(read.inputs()[0].value).type.shape.has_rank());
  EXPECT_EQ(read.inputs()[0].default_shape, (Shape{2, 2}));
  EXPECT_EQ(read.value(read.inputs()[1].value).type, (TensorType{DType::kI32, {}}));
}

GraphBuilder ModelOfConstants() {
  GraphBuilder builder;
  const ConstantData shared = Floats({3}, {1, 2, 3});
  builder.AddOutput("a", builder.AddConstant("a_const", shared));
  builder.AddOutput("b", builder.AddConstant("b_const", shared));
  builder.AddOutput("c", builder.AddConstant("c_const", Floats({3}, {1, 2, 3})));
  builder.AddOutput("d", builder.AddConstant("d_const", Floats({0, 3}, {})));
  return builder;
}

const ConstantData& ConstantOf(const Graph& graph, std::size_t output) {
  return *graph.constant(graph.outputs()[output].value);
}

// Two constants of the same bytes, of which one rounds the activations of its products.
TEST(XmlRoundTrip, KeepsWhatIsDoneWithActivations) {
  const TempFolder folder;
  GraphBuilder builder;
  ConstantData data = ConstantData::Of(Tensor({DType::kI8, {64, 64}}));
  builder.AddOutput("a", builder.AddConstant("plain", data));
  data.activations = ActivationFormat::kInt8;
  builder.AddOutput("b", builder.AddConstant("a/name, \"rounded\"", data));
  builder.SetMetadata("activations", "int8; fp32");
  const Graph read = RoundTrip(std::move(builder).Build(), folder);
  EXPECT_EQ(ConstantOf(read, 0).activations, ActivationFormat::kFp32);
  EXPECT_EQ(ConstantOf(read, 1).activations, ActivationFormat::kInt8);
  EXPECT_NE(ConstantOf(read, 0).identity, ConstantOf(read, 1).identity);
}

TEST(XmlWrite, StoresEqualConstantsOnceAndAlignsThem) {
  const TempFolder folder;
  const Graph read = RoundTrip(ModelOfConstants().Build(), folder);
  EXPECT_EQ(ConstantOf(read, 0).identity, ConstantOf(read, 2).identity);
  EXPECT_EQ(ConstantOf(read, 0).Copy<float>(), (std::vector<float>{1, 2, 3}));
  EXPECT_EQ(ConstantOf(read, 3).num_elements(), 0);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(ConstantOf(read, 0).bytes.Get().data()) % 64, 0U);
}

TEST(XmlWrite, StoresThemSeparatelyIfTold) {
  const TempFolder folder;
  const WriteIrResult result =
      WriteIr(ModelOfConstants().Build(), folder / "m.xml", {.constants = WriteIrOptions::Constants::kSeparate});
  const Graph read = ReadIr(folder / "m.xml", MakeSmallOp);
  EXPECT_EQ(ConstantOf(read, 0).identity, ConstantOf(read, 1).identity);
  EXPECT_NE(ConstantOf(read, 0).identity, ConstantOf(read, 2).identity);
  EXPECT_EQ(result.bin_bytes, std::filesystem::file_size(folder / "m.bin"));
  EXPECT_EQ(result.xml_bytes, std::filesystem::file_size(folder / "m.xml"));
}

// A machine may stop when the new .bin is there and the .xml is still the old one.
TEST(WeightsMark, RefusesABinThatTheXmlWasNotWrittenWith) {
  const TempFolder folder;
  const auto write = [&](std::string_view name, float weight) {
    GraphBuilder builder;
    const ValueId x = builder.AddInput("x", {DType::kF32, {1}});
    const ValueId w = builder.AddConstant("w", Floats({1}, {weight}));
    builder.AddOutput("y", builder.AddOne("y", SmallAdd(), {x, w}));
    WriteIr(std::move(builder).Build(), folder / name);
  };
  write("old.xml", 1);
  write("new.xml", 2);
  std::filesystem::rename(folder / "new.bin", folder / "old.bin");
  const std::string message = MessageOf([&] { ReadIr(folder / "old.xml", MakeSmallOp); });
  EXPECT_NE(message.find("old.bin' is not the file that the .xml was written with: 4 sample "), std::string::npos)
      << message;
  folder.Write("old.bin", "12345");
  EXPECT_NE(MessageOf([&] { ReadIr(folder / "old.xml", MakeSmallOp); }).find("and 5 sample "), std::string::npos);
  folder.Write("old.bin", "");
  EXPECT_THROW(ReadIr(folder / "old.xml", MakeSmallOp), Error);
}

struct InternalOp final : OpOf<InternalOp> {
  static constexpr std::string_view kName = "Fused";
  static constexpr std::string_view kOpset = "stepwell";
  std::vector<TensorType> Infer(const InferContext&) const override { return {{DType::kF32, {1}}}; }
  static void Fields(auto&, auto&) {}
};

TEST(XmlWrite, RefusesInternalOpsAndLeavesNoFile) {
  const TempFolder folder;
  GraphBuilder builder;
  builder.AddOutput("y", builder.AddOne("fused", InternalOp(), {}));
  EXPECT_THROW(WriteIr(std::move(builder).Build(), folder / "m.xml"), Error);
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(XmlWrite, RefusesOtherSuffixes) {
  const TempFolder folder;
  EXPECT_THROW(WriteIr(GraphBuilder().Build(), folder / "m.bin"), Error);
}

}  // namespace
}  // namespace stepwell::ir
