#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "stepwell/converter/convert_test_support.h"
#include "tests/support/message_of.h"

namespace stepwell::converter {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;
using Vectors = std::vector<std::vector<float>>;

// y = x + sum; sum <- y, as a control input of the output.
GraphWriter Accumulator() {
  GraphWriter writer;
  writer.Placeholder("x", TfType::kFloat, {2});
  AddVariable(writer, "sum", {0.5F, 0.25F});
  writer.Op("add", "Add", {"x", "sum/read"});
  writer.Op("store", "Assign", {"sum", "add"});
  writer.Op("y", "Identity", {"add", "^store"});
  return writer;
}

TEST(VariableLoops, BecomeAnInputAnOutputAndAState) {
  const ir::Graph graph = ConvertWriter(Accumulator()).graph;
  EXPECT_THAT(NamesOf(graph.inputs()), ElementsAre("x", "sum/read"));
  EXPECT_THAT(NamesOf(graph.outputs()), ElementsAre("y"));
  ASSERT_EQ(graph.states().size(), 1U);
  const ir::StateVar& state = graph.states()[0];
  EXPECT_EQ(state.name, "sum");
  EXPECT_EQ(state.input, "sum/read");
  EXPECT_EQ(state.output, "y");
  ASSERT_TRUE(state.initial);
  EXPECT_EQ(state.initial->Copy<float>(), (std::vector<float>{0.5F, 0.25F}));
  EXPECT_EQ(state.evidence, "Assign 'store' stores 'add' in variable 'sum'; 'y' waits for it");
  EXPECT_EQ(graph.FindInput("sum"), 1U);
  EXPECT_EQ(RunVectors(graph, {{1, 2}, {10, 20}}), (Vectors{{11, 22}}));
}

TEST(VariableLoops, AreFoundThroughResourcesAndReadsBehindTheAssign) {
  GraphWriter writer;
  writer.Placeholder("x", TfType::kFloat, {2});
  writer.Node("v", "VarHandleOp", {}, {{"dtype", TfType::kFloat}, {"shape", Shape{2}}});
  writer.Node("before", "ReadVariableOp", {"v"}, {{"dtype", TfType::kFloat}});
  writer.Op("mul", "Mul", {"x", "before"});
  writer.Node("store", "AssignVariableOp", {"v", "mul"}, {{"dtype", TfType::kFloat}});
  writer.Node("after", "ReadVariableOp", {"v", "^store"}, {{"dtype", TfType::kFloat}});
  writer.Op("y", "Add", {"after", "before"});
  const ir::Graph graph = ConvertWriter(std::move(writer)).graph;
  EXPECT_THAT(NamesOf(graph.inputs()), ElementsAre("x", "v/read"));
  EXPECT_THAT(NamesOf(graph.outputs()), ElementsAre("y", "mul"));
  EXPECT_THAT(StatePairs(graph), ElementsAre(Pair("v/read", "mul")));
  EXPECT_EQ(RunVectors(graph, {{2, 3}, {5, 7}}), (Vectors{{15, 28}, {10, 21}}));
}

TEST(VariableLoops, CountWhereTheAssignAdds) {
  GraphWriter writer;
  writer.Placeholder("x", TfType::kFloat, {2});
  AddVariable(writer, "count", {0, 0});
  writer.Const("one", FloatTensor({2}, std::vector<float>{1, 1}));
  writer.Op("step", "AssignAdd", {"count", "one"});
  writer.Op("y", "Mul", {"x", "count/read", "^step"});
  const ir::Graph graph = ConvertWriter(std::move(writer)).graph;
  EXPECT_THAT(StatePairs(graph), ElementsAre(Pair("count/read", "step")));
  EXPECT_FALSE(graph.states()[0].initial) << "zeros need not be kept";
  EXPECT_EQ(RunVectors(graph, {{2, 3}, {5, 7}}), (Vectors{{10, 21}, {6, 8}}));
}

TEST(VariableLoops, KeepOneOfEqualInitialRows) {
  GraphWriter writer;
  writer.Placeholder("x", TfType::kFloat, {2, 2});
  writer.Node("sum", "VariableV2", {}, {{"dtype", TfType::kFloat}, {"shape", Shape{2, 2}}});
  writer.Op("sum/read", "Identity", {"sum"});
  writer.Const("initial", FloatTensor({2, 2}, std::vector<float>{1, 2, 1, 2}));
  writer.Op("start", "Assign", {"sum", "initial"});
  writer.Op("add", "Add", {"x", "sum/read"});
  writer.Op("store", "Assign", {"sum", "add"});
  writer.Op("y", "Relu", {"add", "^store"});
  const ir::Graph graph = ConvertWriter(std::move(writer)).graph;
  ASSERT_TRUE(graph.states()[0].initial);
  EXPECT_EQ(graph.states()[0].initial->type.shape, (Shape{1, 2}));
  EXPECT_EQ(graph.states()[0].initial->Copy<float>(), (std::vector<float>{1, 2}));
}

// Names that sort one way among the variables and the other way among their next values.
TEST(VariableLoops, FollowEdgesWhereNamesWouldSwapThem) {
  GraphWriter writer;
  writer.Placeholder("x", TfType::kFloat, {2});
  for (const char* name : {"state_a", "state_b"}) AddVariable(writer, name, {0, 0});
  writer.Op("next_1", "Add", {"x", "state_a/read"});
  writer.Op("next", "Mul", {"x", "state_b/read"});
  writer.Op("Assign_9", "Assign", {"state_a", "next_1"});
  writer.Op("Assign_8", "Assign", {"state_b", "next"});
  writer.Op("y", "Sub", {"next", "next_1", "^Assign_8", "^Assign_9"});
  const ir::Graph graph = ConvertWriter(std::move(writer)).graph;
  EXPECT_THAT(StatePairs(graph), UnorderedElementsAre(Pair("state_a/read", "next_1"), Pair("state_b/read", "next")));
}

TEST(VariableLoops, ThatNoOutputNeedsAreLeftOut) {
  GraphWriter writer = Accumulator();
  writer.Op("z", "Relu", {"x"});
  const ir::Graph graph = ConvertWriter(std::move(writer), {.outputs = ParseOutputs("z")}).graph;
  EXPECT_THAT(NamesOf(graph.inputs()), ElementsAre("x"));
  EXPECT_THAT(graph.states(), IsEmpty());
}

TEST(VariableLoops, RefuseTwoWaysToChangeAVariable) {
  GraphWriter writer = Accumulator();
  writer.Op("other", "Mul", {"x", "sum/read"});
  writer.Op("store_other", "Assign", {"sum", "other"});
  writer.Op("z", "Identity", {"other", "^store_other"});
  EXPECT_THAT(MessageOf([&] { ConvertWriter(writer); }),
              HasSubstr("variable 'sum' is changed by both 'store' and 'store_other'; name its next value with "
                        "--states sum=NAME"));
  const ir::Graph graph = ConvertWriter(writer, {.states = ParseStates("sum=other")}).graph;
  EXPECT_THAT(StatePairs(graph), ElementsAre(Pair("sum", "z"))) << "z is a copy of 'other'";
}

TEST(VariableLoops, RefuseUpdatesOfOtherKinds) {
  GraphWriter writer = Accumulator();
  writer.Op("scatter", "ScatterUpdate", {"sum", "x", "x"});
  writer.Op("z", "Relu", {"x", "^scatter"});
  EXPECT_THAT(MessageOf([&] { ConvertWriter(std::move(writer)); }),
              HasSubstr("variable 'sum' is changed by node 'scatter' (ScatterUpdate) at every call"));
}

TEST(NamedCuts, KeepTheirPairing) {
  const ConvertOptions options{.inputs = ParseInputs("sum/read,x"), .outputs = ParseOutputs("add")};
  const ir::Graph graph = ConvertWriter(Accumulator(), options).graph;
  EXPECT_THAT(NamesOf(graph.inputs()), ElementsAre("sum/read", "x"));
  EXPECT_THAT(StatePairs(graph), ElementsAre(Pair("sum/read", "add")));
}

TEST(NamedCuts, StayUnpairedWithAWarningWhereTheNextValueIsNoOutput) {
  GraphWriter writer = Accumulator();
  writer.Op("z", "Relu", {"sum/read", "^y"});
  const ConvertOptions options{.inputs = ParseInputs("sum"), .outputs = ParseOutputs("z")};
  const ConvertResult result = ConvertWriter(std::move(writer), options);
  EXPECT_THAT(NamesOf(result.graph.inputs()), ElementsAre("sum"));
  EXPECT_THAT(result.graph.states(), IsEmpty());
  EXPECT_THAT(result.warnings, ElementsAre("input 'sum' is no state: its next value 'add' is not among the outputs; "
                                           "add it to --output"));
}

TEST(StatesFlag, NoneCutsAndLeavesUnpaired) {
  const ir::Graph graph = ConvertWriter(Accumulator(), {.states = ParseStates("none")}).graph;
  EXPECT_THAT(NamesOf(graph.inputs()), ElementsAre("x", "sum/read"));
  EXPECT_THAT(NamesOf(graph.outputs()), ElementsAre("y"));
  EXPECT_THAT(graph.states(), IsEmpty());
}

TEST(StatesFlag, PairsWhatTheUserNames) {
  GraphWriter writer;
  writer.Placeholder("x", TfType::kFloat, {2});
  writer.Placeholder("before", TfType::kFloat, {2});
  writer.Op("y", "Add", {"x", "before"});
  EXPECT_THAT(ConvertWriter(writer).graph.states(), IsEmpty());
  const ir::Graph graph = ConvertWriter(writer, {.states = ParseStates("before=y")}).graph;
  EXPECT_THAT(StatePairs(graph), ElementsAre(Pair("before", "y")));
  EXPECT_EQ(graph.states()[0].evidence, "named by --states");
}

TEST(StatesFlag, RefusesNamesThatDoNotExistAndTypesThatDiffer) {
  GraphWriter writer;
  writer.Placeholder("x", TfType::kFloat, {2});
  writer.Placeholder("before", TfType::kFloat, {3});
  writer.Op("y", "Relu", {"x"});
  writer.Op("z", "Relu", {"before"});
  EXPECT_THAT(MessageOf([&] { ConvertWriter(writer, {.states = ParseStates("befor=y")}); }),
              HasSubstr("the graph has no node 'befor'; did you mean 'before'?\n  while looking for 'befor' of "
                        "--states"));
  EXPECT_THAT(MessageOf([&] { ConvertWriter(writer, {.states = ParseStates("before=y")}); }),
              HasSubstr("state 'before' takes f32[3] at 'before' and gives f32[2] at 'y'"));
}

// next = concat([before, x])[-2:]: a window of the stream, slid by the length of x.
TEST(TensorLoops, AreProvedByCopiesJoinedWithData) {
  GraphWriter writer;
  writer.Placeholder("x", TfType::kFloat, {1});
  writer.Placeholder("before", TfType::kFloat, {2});
  writer.Int("axis", 0);
  writer.Node("join", "ConcatV2", {"before", "x", "axis"},
              {{"T", TfType::kFloat}, {"Tidx", TfType::kInt32}, {"N", std::int64_t{2}}});
  writer.Ints("begin", {1}, {1});
  writer.Ints("end", {1}, {3});
  writer.Ints("stride", {1}, {1});
  writer.Node("after", "StridedSlice", {"join", "begin", "end", "stride"},
              {{"T", TfType::kFloat}, {"Index", TfType::kInt32}});
  writer.Op("y", "Relu", {"join"});
  const ir::Graph graph = ConvertWriter(std::move(writer)).graph;
  ASSERT_THAT(StatePairs(graph), ElementsAre(Pair("before", "after")));
  EXPECT_EQ(graph.states()[0].evidence, "selected unchanged at length 0: before -> join -> after");
}

// The last of a recurrent op's values is its next state; nothing joins it with the state before.
TEST(TensorLoops, AreProvedByTheStateOfARecurrentOp) {
  GraphWriter writer;
  writer.Placeholder("x", TfType::kFloat, {2, 1, 1});
  writer.Placeholder("a", TfType::kFloat, {1, 1});
  writer.Placeholder("b", TfType::kFloat, {1, 1});
  writer.Int("steps32", 2);
  writer.Node("steps", "Cast", {"steps32"}, {{"SrcT", TfType::kInt32}, {"DstT", TfType::kInt64}});
  writer.Weights("w", FloatTensor({2, 4}, std::vector<float>(8, 0.5F)));
  writer.Weights("bias", FloatTensor({4}, std::vector<float>(4, 0.0F)));
  writer.Weights("peephole", FloatTensor({1}, std::vector<float>{0}));
  writer.Node("lstm", "BlockLSTM",
              {"steps", "x", "b", "a", "w/read", "peephole/read", "peephole/read", "peephole/read", "bias/read"},
              {{"T", TfType::kFloat}, {"forget_bias", 1.0F}, {"cell_clip", -1.0F}, {"use_peephole", false}});
  writer.Ints("last", {1}, {1});
  writer.Ints("end", {1}, {2});
  writer.Ints("stride", {1}, {1});
  for (const auto& [name, values] : {std::pair("next_1", "lstm:6"), std::pair("next_2", "lstm:1")}) {
    writer.Node(name, "StridedSlice", {values, "last", "end", "stride"},
                {{"T", TfType::kFloat}, {"Index", TfType::kInt32}, {"shrink_axis_mask", std::int64_t{1}}});
  }
  const ir::Graph graph = ConvertWriter(std::move(writer)).graph;
  EXPECT_THAT(StatePairs(graph), UnorderedElementsAre(Pair("a", "next_1"), Pair("b", "next_2")));
  EXPECT_EQ(graph.FindStateOfInput("b")->evidence,
            "'b' enters 'lstm' (BlockLSTM) as its state cs, whose new values 'next_2' is taken from");
}

TEST(TensorLoops, AreNotClaimedForTwoInputsThatMayBothBeTheState) {
  GraphWriter writer;
  writer.Placeholder("choose", TfType::kBool, {2});
  writer.Placeholder("a", TfType::kFloat, {2});
  writer.Placeholder("b", TfType::kFloat, {2});
  writer.Op("y", "Select", {"choose", "a", "b"});
  const ConvertResult result = ConvertWriter(std::move(writer));
  EXPECT_THAT(result.graph.states(), IsEmpty());
  EXPECT_THAT(result.warnings, ::testing::Contains(HasSubstr("'a' and 'y' may be a state, and so may 'b' and 'y'")));
}

TEST(TensorLoops, AreNotFoundInPlainCopies) {
  GraphWriter writer;
  writer.Placeholder("x", TfType::kFloat, {2});
  writer.Op("copy", "Identity", {"x"});
  writer.Op("y", "Relu", {"x"});
  const ir::Graph graph = ConvertWriter(std::move(writer)).graph;
  EXPECT_THAT(NamesOf(graph.outputs()), ElementsAre("y")) << "a copy of an input is no output";
  EXPECT_THAT(graph.states(), IsEmpty());
}

}  // namespace
}  // namespace stepwell::converter
