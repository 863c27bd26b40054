// Conditionals as tf.cond writes them, with a predicate that is known before any call.
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

SourceTensor BoolTensor(bool value) {
  SourceTensor tensor;
  tensor.tf_type = TfType::kBool;
  tensor.dtype = DType::kBool;
  tensor.shape = Shape{};
  tensor.stored = LazyBytes(SharedBytes::CopyOf(std::vector<std::byte>{value ? std::byte{1} : std::byte{0}}));
  return tensor;
}

// y = relu(cond(training, x * draw, x + 1)); `predicate` adds the node "training".
template <class Predicate>
GraphWriter Conditional(Predicate predicate) {
  GraphWriter writer;
  writer.Placeholder("x", TfType::kFloat, {2});
  predicate(writer);
  writer.Op("pred", "Identity", {"training"});
  writer.Op("switch", "Switch", {"pred", "pred"});
  writer.Op("switch_t", "Identity", {"switch:1"});
  writer.Op("switch_f", "Identity", {"switch"});
  writer.Op("x_switch", "Switch", {"x", "pred"});
  writer.Op("draw", "RandomUniform", {"x_switch:1"});
  writer.Op("drop", "Mul", {"x_switch:1", "draw"});
  writer.Node("one", "Const", {"^switch_f"},
              {{"dtype", TfType::kFloat}, {"value", FloatTensor(Shape{1}, std::vector<float>{1})}});
  writer.Op("keep", "Add", {"x_switch", "one"});
  writer.Op("merge", "Merge", {"keep", "drop"});
  writer.Op("y", "Relu", {"merge"});
  return writer;
}

GraphWriter WithPlaceholder() {
  return Conditional([](GraphWriter& writer) { writer.Placeholder("training", TfType::kBool, {}); });
}

GraphWriter WithDefault(bool value) {
  return Conditional([&](GraphWriter& writer) {
    writer.Const("default", BoolTensor(value));
    writer.Node("training", "PlaceholderWithDefault", {"default"}, {{"dtype", TfType::kBool}, {"shape", Shape{}}});
  });
}

TEST(KnownBranches, OfADefaultAreTakenAndTheOtherBranchIsLeftOut) {
  const ir::Graph graph = ConvertWriter(WithDefault(false)).graph;
  EXPECT_THAT(NamesOf(graph.inputs()), ElementsAre("x"));
  EXPECT_THAT(NamesOf(graph.outputs()), ElementsAre("y"));
  EXPECT_EQ(RunVectors(graph, {{2, -3}}), (Vectors{{3, 0}}));
}

TEST(KnownBranches, OfANegatedPredicateAreTakenTheOtherWayAround) {
  const ir::Graph graph = ConvertWriter(Conditional([](GraphWriter& writer) {
                            writer.Const("inference", BoolTensor(true));
                            writer.Op("training", "LogicalNot", {"inference"});
                          })).graph;
  EXPECT_EQ(RunVectors(graph, {{2, -3}}), (Vectors{{3, 0}}));
}

TEST(KnownBranches, OfAFrozenPlaceholderAreTaken) {
  ConvertOptions options;
  options.inputs = ParseInputs("x,training->False");
  options.outputs = ParseOutputs("y");
  EXPECT_EQ(RunVectors(ConvertWriter(WithPlaceholder(), options).graph, {{2, -3}}), (Vectors{{3, 0}}));
}

TEST(KnownBranches, AreThoseOfTheTruePredicateToo) {
  EXPECT_THAT(MessageOf([] { ConvertWriter(WithDefault(true)); }), HasSubstr("RandomUniform (1: 'draw')"));
}

TEST(KnownBranches, AreNoneWhereTheCallerFeedsThePredicate) {
  EXPECT_THAT(MessageOf([] { ConvertWriter(WithPlaceholder()); }),
              AllOf(HasSubstr("Merge (1: 'merge')"), HasSubstr("Switch")));
}

}  // namespace
}  // namespace stepwell::converter
