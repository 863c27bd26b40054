#include "stepwell/passes/rewriter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "stepwell/passes/prune.h"

namespace stepwell::passes {
namespace {

using testing::ElementsAre;

// Two outputs of the input's type; enough to see what a rewriter keeps.
struct Fork final : ir::OpOf<Fork> {
  static constexpr std::string_view kName = "Fork";
  static constexpr std::string_view kOpset = "test";
  std::vector<TensorType> Infer(const ir::InferContext& inputs) const override {
    return {inputs.type(0), inputs.type(0)};
  }
  static void Fields(auto&, auto&) {}
};

constexpr DType kF32 = DType::kF32;

// x -> first -> (a, b); b -> second -> (next, c); next feeds x's state; y is unused.
ir::Graph TwoForks() {
  ir::GraphBuilder builder;
  const ir::ValueId x = builder.AddInput("x", {kF32, {kDynamic, 3}}, {1, 3}, {"x:0"});
  builder.AddInput("y", {kF32, {2}}, {"y:0"});
  const auto first = builder.Add("first", std::make_shared<Fork>(), {x});
  const auto second = builder.Add("second", std::make_shared<Fork>(), {first[1]});
  builder.AddTensorName(first[0], "first:0");
  builder.AddOutput("a", first[0]);
  builder.AddOutput("next", second[0]);
  builder.AddState({.name = "s", .input = "x", .output = "next", .initial = std::nullopt, .evidence = "test"});
  builder.SetName("forks");
  builder.SetRole("features", "x");
  builder.SetRole("logits", "a");
  builder.SetMetadata("key", "value");
  return std::move(builder).Build();
}

std::vector<std::string> NodeNames(const ir::Graph& graph) {
  std::vector<std::string> names;
  for (const ir::Node& node : graph.nodes()) names.push_back(node.name);
  return names;
}

TEST(Rewriter, KeepsEverythingWhenEveryNodeIsCopied) {
  const ir::Graph source = TwoForks();
  const ir::Graph copy = Rewrite(source, [](Rewriter& rewriter, const ir::Node& node) { rewriter.CopyNode(node); });
  EXPECT_EQ(copy.name(), "forks");
  EXPECT_THAT(NodeNames(copy), ElementsAre("first", "second"));
  ASSERT_EQ(copy.inputs().size(), 2U);
  EXPECT_EQ(copy.inputs()[0].default_shape, Shape({1, 3}));
  EXPECT_EQ(copy.value(copy.inputs()[0].value).type.shape, Shape({kDynamic, 3}));
  EXPECT_EQ(copy.FindInput("y:0"), 1U);
  EXPECT_EQ(copy.FindOutput("first:0"), 0U);
  ASSERT_EQ(copy.states().size(), 1U);
  EXPECT_EQ(copy.states()[0].evidence, "test");
  EXPECT_EQ(copy.roles(), source.roles());
  EXPECT_EQ(copy.metadata(), source.metadata());
}

TEST(Rewriter, LetsAnotherValueStandForANodesOutput) {
  const ir::Graph source = TwoForks();
  const ir::Graph shorter = Rewrite(source, [](Rewriter& rewriter, const ir::Node& node) {
    if (node.name == "second") return rewriter.CopyNode(node);
    for (const ir::ValueId output : node.outputs) rewriter.Map(output, rewriter.Mapped(node.inputs[0]));
  });
  EXPECT_THAT(NodeNames(shorter), ElementsAre("second"));
  EXPECT_EQ(shorter.nodes()[0].inputs[0], shorter.inputs()[0].value);
  EXPECT_EQ(shorter.FindInput("first:0"), 0U) << "the stand-in answers to the names of what it replaced";
}

TEST(Rewriter, InfersTypesAnewFromAnInputsNewType) {
  const ir::Graph source = TwoForks();
  Rewriter rewriter(source);
  rewriter.CopyInput(source.inputs()[0], {kF32, {7, 3}});
  for (const ir::Node& node : source.nodes()) rewriter.CopyNode(node);
  const ir::Graph fixed = std::move(rewriter).Finish();
  EXPECT_EQ(fixed.inputs().size(), 1U);
  EXPECT_EQ(fixed.inputs()[0].default_shape, Shape({1, 3}));
  EXPECT_EQ(fixed.value(fixed.outputs()[1].value).type.shape, Shape({7, 3}));
}

TEST(Prune, KeepsOnlyWhatTheWantedOutputsNeed) {
  const ir::Graph pruned = Prune(TwoForks(), {.outputs = {0}, .inputs = PruneOptions::Inputs::kDropUnused});
  EXPECT_THAT(NodeNames(pruned), ElementsAre("first"));
  EXPECT_EQ(pruned.inputs().size(), 1U);
  ASSERT_EQ(pruned.outputs().size(), 1U);
  EXPECT_EQ(pruned.outputs()[0].name, "a");
  EXPECT_TRUE(pruned.states().empty());
}

TEST(Prune, ForgetsOutputsThatAreNotWantedThoughTheyAreComputed) {
  const ir::Graph pruned = Prune(TwoForks(), {.outputs = {1}});
  EXPECT_THAT(NodeNames(pruned), ElementsAre("first", "second"));
  EXPECT_EQ(pruned.inputs().size(), 2U);
  ASSERT_EQ(pruned.outputs().size(), 1U);
  EXPECT_EQ(pruned.states().size(), 1U);
  EXPECT_FALSE(pruned.roles().contains("logits"));
}

}  // namespace
}  // namespace stepwell::passes
