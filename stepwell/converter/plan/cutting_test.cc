#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "stepwell/converter/convert_test_support.h"
#include "tests/support/message_of.h"

namespace stepwell::converter {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Vectors = std::vector<std::vector<float>>;

// y = relu(a) * (relu(a) + b); z = relu(b)
GraphWriter TwoInputs() {
  GraphWriter writer;
  writer.Placeholder("a", TfType::kFloat, {2});
  writer.Placeholder("b", TfType::kFloat, {2});
  writer.Op("scope/relu", "Relu", {"a"});
  writer.Op("sum", "Add", {"scope/relu", "b"});
  writer.Op("y", "Mul", {"scope/relu", "sum"});
  writer.Op("z", "Relu", {"b"});
  return writer;
}

std::string Refusal(const ConvertOptions& options, GraphWriter writer = TwoInputs()) {
  return MessageOf([&] { ConvertWriter(std::move(writer), options); });
}

TEST(Cutting, MakesAnInnerTensorAnInputWithTheGraphsTypeAndShape) {
  const ir::Graph graph =
      ConvertWriter(TwoInputs(), {.inputs = ParseInputs("scope/relu"), .outputs = ParseOutputs("y")}).graph;
  EXPECT_THAT(NamesOf(graph.inputs()), ElementsAre("scope/relu", "b"));
  EXPECT_EQ(graph.inputs()[0].default_shape, Shape{2});
  EXPECT_EQ(RunVectors(graph, {{2, 3}, {10, 20}}), (Vectors{{24, 69}}));
  for (const char* name : {"scope/relu", "scope/relu:0", "scope/relu/placeholder_out_port_0"}) {
    EXPECT_EQ(graph.FindInput(name), 0U) << name;
  }
}

TEST(Cutting, AtAnInputPortCutsThatEdgeAlone) {
  const ir::Graph graph =
      ConvertWriter(TwoInputs(), {.inputs = ParseInputs("0:y"), .outputs = ParseOutputs("y")}).graph;
  EXPECT_THAT(NamesOf(graph.inputs()), ElementsAre("0:y", "a", "b"));
  EXPECT_EQ(graph.FindInput("y/placeholder_port_0"), 0U);
  EXPECT_EQ(RunVectors(graph, {{2, 3}, {1, 1}, {10, 20}}), (Vectors{{22, 63}}));
}

TEST(Cutting, KeepsTheOrderAndTheWordsOfTheUser) {
  const ir::Graph graph =
      ConvertWriter(TwoInputs(), {.inputs = ParseInputs("b:0,a"), .outputs = ParseOutputs("z:0,1:y,y")}).graph;
  EXPECT_THAT(NamesOf(graph.inputs()), ElementsAre("b:0", "a"));
  EXPECT_THAT(NamesOf(graph.outputs()), ElementsAre("z:0", "1:y", "y"));
  EXPECT_EQ(graph.FindInput("b"), 0U);
  EXPECT_EQ(RunVectors(graph, {{10, 20}, {2, 3}}), (Vectors{{10, 20}, {12, 23}, {24, 69}}));
}

TEST(Cutting, LeavesOutInputsThatTheOutputsDoNotNeed) {
  EXPECT_THAT(NamesOf(ConvertWriter(TwoInputs(), {.outputs = ParseOutputs("z")}).graph.inputs()), ElementsAre("b"));
}

TEST(Freezing, MakesConstants) {
  const ir::Graph graph =
      ConvertWriter(TwoInputs(), {.inputs = ParseInputs("b->[10,20],a"), .outputs = ParseOutputs("y")}).graph;
  EXPECT_THAT(NamesOf(graph.inputs()), ElementsAre("a"));
  EXPECT_EQ(RunVectors(graph, {{2, 3}}), (Vectors{{24, 69}}));
  const ir::Graph filled = ConvertWriter(TwoInputs(), {.freezes = ParseFreezes("b->10")}).graph;
  EXPECT_EQ(RunVectors(filled, {{2, 3}}), (Vectors{{24, 39}}));
}

TEST(Freezing, RefusesValuesThatDoNotFit) {
  EXPECT_THAT(Refusal({.freezes = ParseFreezes("b->[1,2,3]")}),
              AllOf(HasSubstr("the value [1,2,3] has 3 elements where a tensor of shape [2] is frozen"),
                    HasSubstr("while freezing 'b', which is f32[2]")));
  EXPECT_THAT(Refusal({.inputs = ParseInputs("b->1"), .freezes = ParseFreezes("b->2")}),
              HasSubstr("'b' is given two values"));
}

TEST(Cutting, RefusesNamesThatDoNotExistWithTheNearest) {
  EXPECT_THAT(Refusal({.inputs = ParseInputs("scope/relo")}),
              HasSubstr("the graph has no node 'scope/relo'; did you mean 'scope/relu'?\n  while looking for "
                        "'scope/relo' of --input"));
  EXPECT_THAT(Refusal({.outputs = ParseOutputs("rely")}), HasSubstr("while looking for 'rely' of --output"));
  EXPECT_THAT(Refusal({.freezes = ParseFreezes("bb->1")}),
              HasSubstr("while looking for 'bb' of --freeze_placeholder_with_value"));
}

TEST(Cutting, RefusesPortsThatDoNotExist) {
  EXPECT_THAT(Refusal({.inputs = ParseInputs("a:1")}),
              HasSubstr("node 'a' (Placeholder) has no output port 1: it has only port 0"));
  EXPECT_THAT(Refusal({.inputs = ParseInputs("7:y")}),
              HasSubstr("node 'y' (Mul) has no input port 7: it has ports 0 to 1"));
  EXPECT_THAT(Refusal({.outputs = ParseOutputs("y:1")}),
              HasSubstr("node 'y' (Mul) has no output port 1: it has only port 0"));
  GraphWriter writer = TwoInputs();
  writer.Node("init", "NoOp", {"^y"});
  EXPECT_THAT(Refusal({.outputs = ParseOutputs("init")}, std::move(writer)),
              HasSubstr("node 'init' (NoOp) has no output port 0: it has none"));
}

TEST(Cutting, RefusesWhatIsNamedTwiceOrCountedWrong) {
  EXPECT_THAT(Refusal({.inputs = ParseInputs("a,a:0")}), HasSubstr("--input names 'a:0' twice"));
  EXPECT_THAT(Refusal({.outputs = ParseOutputs("y,y")}), HasSubstr("--output names 'y' twice"));
  EXPECT_THAT(Refusal({.inputs = ParseInputs("a,b"), .input_shapes = ParseInputShapes("[2]")}),
              HasSubstr("--input_shape has 1 shapes for the 2 pieces of --input"));
  EXPECT_THAT(Refusal({.inputs = ParseInputs("a[2],b"), .input_shapes = ParseInputShapes("[2],[2]")}),
              HasSubstr("'a' has a shape in --input and in --input_shape"));
  EXPECT_THAT(Refusal({.input_shapes = ParseInputShapes("[2]")}), HasSubstr("--input_shape has 1 shapes for 2 inputs"));
}

TEST(Shapes, ThatDoNotFitAreRefused) {
  EXPECT_THAT(Refusal({.inputs = ParseInputs("a[2,2]")}),
              HasSubstr("the shape [2,2] does not fit 'a', which is [2] in the graph"));
}

TEST(Shapes, ThatNobodySaysAreAskedFor) {
  GraphWriter writer;
  writer.Placeholder("a", TfType::kFloat, Shape::UnknownRank());
  writer.Op("y", "Relu", {"a"});
  EXPECT_THAT(Refusal({}, writer), HasSubstr("the shape of placeholder 'a' is unknown; say it with --input 'a[1,16]'"));
  const ir::Graph graph = ConvertWriter(writer, {.inputs = ParseInputs("a[3]")}).graph;
  EXPECT_EQ(ToText(graph.value(graph.inputs()[0].value).type), "f32[3]");
}

TEST(Shapes, MayBeFixedToOthersThanTheSources) {
  const ir::Graph graph = ConvertWriter(TwoInputs(), {.inputs = ParseInputs("a[5],b[5]")}).graph;
  EXPECT_EQ(ToText(graph.value(graph.inputs()[0].value).type), "f32[5]");
  EXPECT_EQ(graph.inputs()[0].default_shape, Shape{5});
  const ir::Graph open = ConvertWriter(TwoInputs(), {.inputs = ParseInputs("a[?],b[1..9]")}).graph;
  EXPECT_EQ(ToText(open.value(open.inputs()[0].value).type), "f32[?]");
  EXPECT_EQ(open.inputs()[0].default_shape, Shape{2});
}

TEST(Types, OfTheUserAreConvertedToTheGraphs) {
  const ir::Graph graph =
      ConvertWriter(TwoInputs(), {.inputs = ParseInputs("b{i32}"), .outputs = ParseOutputs("z")}).graph;
  EXPECT_EQ(graph.value(graph.inputs()[0].value).type.dtype, DType::kI32);
  EXPECT_EQ(graph.value(graph.outputs()[0].value).type.dtype, DType::kF32);
}

TEST(UnknownOps, AreAllListedAtOnceWithCounts) {
  GraphWriter writer = TwoInputs();
  writer.Op("m1", "Mystery", {"y"});
  writer.Op("m2", "Mystery", {"m1"});
  writer.Op("e", "Enigma", {"m2"});
  EXPECT_THAT(Refusal({}, writer), HasSubstr("these ops are not supported: Enigma (1: 'e'), Mystery (2: 'm1', 'm2')"));
  EXPECT_THAT(Refusal({}, writer), HasSubstr("name those without these ops: --output z"));
  EXPECT_THAT(Refusal({.outputs = ParseOutputs("e")}, writer), HasSubstr("Enigma (1: 'e'), Mystery (2: 'm1', 'm2')"));
  EXPECT_THAT(NamesOf(ConvertWriter(writer, {.outputs = ParseOutputs("y,z")}).graph.outputs()), ElementsAre("y", "z"));
  const ir::Graph cut =
      ConvertWriter(writer, {.inputs = ParseInputs("m1[2]{f32}"), .outputs = ParseOutputs("m1")}).graph;
  EXPECT_THAT(NamesOf(cut.inputs()), ElementsAre("m1"));
}

TEST(UnknownOps, BehindControlEdgesDoNotCount) {
  GraphWriter writer = TwoInputs();
  writer.Op("check", "Assert", {"y"});
  writer.Op("w", "Relu", {"y", "^check"});
  EXPECT_THAT(NamesOf(ConvertWriter(std::move(writer)).graph.outputs()), ElementsAre("z", "w"));
}

TEST(DefaultOutputs, MustExist) {
  GraphWriter writer;
  writer.Placeholder("a", TfType::kFloat, {2});
  writer.Float("constant", 1);
  EXPECT_THAT(Refusal({}, std::move(writer)), HasSubstr("no tensor at the end of the graph depends on an input"));
}

TEST(Roles, OfTheUserMustNameInputsOrOutputs) {
  EXPECT_THAT(Refusal({.roles = {{"logits", "why"}}}),
              HasSubstr("--role logits=why: there is no such input or output"));
  const ir::Graph graph = ConvertWriter(TwoInputs(), {.roles = {{"logits", "y:0"}}}).graph;
  EXPECT_EQ(graph.roles().at("logits"), "y");
}

TEST(Variables, WithoutAValueAreRefused) {
  GraphWriter writer = TwoInputs();
  writer.Node("w", "VariableV2", {}, {{"dtype", TfType::kFloat}, {"shape", Shape{2}}});
  writer.Op("w/read", "Identity", {"w"});
  writer.Op("v", "Mul", {"y", "w/read"});
  EXPECT_THAT(Refusal({}, writer),
              AllOf(HasSubstr("variable 'w' has no value: the graph is not frozen, and no checkpoint was given"),
                    HasSubstr("while importing node 'w' (VariableV2)"), HasSubstr("while converting 'test.pb'")));
  const ir::Graph frozen =
      ConvertWriter(writer, {.freezes = ParseFreezes("w->[1,2]"), .outputs = ParseOutputs("v")}).graph;
  EXPECT_THAT(NamesOf(frozen.inputs()), ElementsAre("a", "b"));
}

TEST(Weights, MayBeStoredInSixteenBits) {
  GraphWriter writer;
  writer.Placeholder("a", TfType::kFloat, {2});
  writer.Weights("w", FloatTensor({2}, std::vector<float>{0.1F, 2}));
  writer.Weights("large", FloatTensor({2}, std::vector<float>{1e6F, 2}));
  writer.Op("mul", "Mul", {"a", "w/read"});
  writer.Op("y", "Mul", {"mul", "large/read"});
  const ir::Graph graph = ConvertWriter(std::move(writer), {.weights = ConvertOptions::Weights::kF16}).graph;
  const auto values = RunVectors(graph, {{1, 1}});
  EXPECT_EQ(values, (Vectors{{0.0999755859375F * 1e6F, 4}})) << "0.1 in f16; 1e6 has no f16";
}

}  // namespace
}  // namespace stepwell::converter
