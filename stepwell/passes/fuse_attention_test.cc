#include "stepwell/passes/fuse_attention.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "stepwell/ir/builder.h"
#include "stepwell/ops/attention/attention.h"
#include "stepwell/ops/elementwise/binary.h"
#include "stepwell/ops/layout/transpose.h"
#include "stepwell/ops/matmul/matmul.h"
#include "stepwell/ops/softmax/softmax.h"
#include "stepwell/passes/evaluate.h"
#include "tests/support/random_tensor.h"

namespace stepwell::passes {
namespace {

using ir::ValueId;
using ops::elementwise::Add;
using ops::elementwise::Divide;
using ops::elementwise::Multiply;
using ops::layout::Transpose;
using ops::matmul::MatMul;

using Order = std::vector<std::int64_t>;

// An attention, spelled out over inputs whose axes lie in orders of their own.
class Spelling {
 public:
  explicit Spelling(unsigned seed) : random_(seed) {}

  testing::Random& random() { return random_; }
  ir::GraphBuilder& builder() { return builder_; }

  // A new input that, transposed, has this shape. The last axis stays in place where `keeps_last`.
  ValueId Transposed(const Shape& shape, bool keeps_last) {
    Order order(AsSize(shape.rank()));
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<std::int64_t>(i);
    std::shuffle(order.begin(), order.end() - (keeps_last ? 1 : 0), random_);
    Shape given = shape;
    for (int axis = 0; axis < shape.rank(); ++axis) given[static_cast<int>(order[AsSize(axis)])] = shape[axis];
    return Turned(Input(given), order);
  }
  ValueId Input(const Shape& shape) { return builder_.AddInput(fmt::format("x{}", inputs_++), {DType::kF32, shape}); }
  ValueId Turned(ValueId value, const Order& order) {
    return builder_.AddOne("turned", Transpose(), {value, builder_.AddInts("order", order)});
  }
  ValueId Product(ValueId a, ValueId b, bool transpose_b) {
    MatMul product;
    product.transpose_b = transpose_b;
    return builder_.AddOne("product", product, {a, b});
  }
  ValueId Scaled(ValueId value) {
    const int how = static_cast<int>(testing::RandomInt(random_, 0, 2));
    if (how == 0) return value;
    const ValueId number = builder_.AddFloat("number", how == 1 ? 0.25F : 3.0F);
    if (how == 1) return builder_.AddOne("scaled", Multiply(), {number, value});
    return builder_.AddOne("scaled", Divide(), {value, number});
  }
  ValueId Masked(ValueId scores, const Shape& shape) {
    if (testing::RandomInt(random_, 0, 1) == 0) return scores;
    const ValueId mask = Input(testing::RandomOperandOf(random_, shape));
    const bool comes_first = testing::RandomInt(random_, 0, 1) == 0;
    return builder_.AddOne("masked", Add(), comes_first ? std::vector{mask, scores} : std::vector{scores, mask});
  }
  ValueId Softmax(ValueId scores) {
    ops::softmax::SoftMax softmax;
    softmax.axis = -1;
    return builder_.AddOne("weights", softmax, {scores});
  }
  ir::Graph Build(ValueId result) {
    builder_.AddOutput("y", result);
    return std::move(builder_).Build();
  }

 private:
  testing::Random random_;
  ir::GraphBuilder builder_;
  int inputs_ = 0;
};

Shape WithEnd(Shape leading, Dim rows, Dim columns) {
  leading.Append(rows);
  leading.Append(columns);
  return leading;
}

ir::Graph RandomAttention(unsigned seed) {
  Spelling s(seed);
  const Shape leading = testing::RandomShape(s.random(), static_cast<int>(testing::RandomInt(s.random(), 0, 2)), 3);
  const auto extent = [&] { return testing::RandomInt(s.random(), 1, 9); };
  const Dim rows = extent(), keys = extent(), depth = extent(), value_depth = extent();
  const bool turns_keys = testing::RandomInt(s.random(), 0, 1) == 0;
  const ValueId q = s.Scaled(s.Transposed(WithEnd(leading, rows, depth), true));
  const ValueId k =
      s.Scaled(s.Transposed(turns_keys ? WithEnd(leading, depth, keys) : WithEnd(leading, keys, depth), false));
  const ValueId v = s.Transposed(WithEnd(leading, keys, value_depth), true);
  const ValueId scores = s.Masked(s.Scaled(s.Product(q, k, !turns_keys)), WithEnd(leading, rows, keys));
  ValueId y = s.Product(s.Softmax(scores), v, false);
  if (leading.rank() == 2) y = s.Turned(y, {0, 2, 1, 3});
  return s.Build(y);
}

std::vector<std::string> ComputingOps(const ir::Graph& graph) {
  std::vector<std::string> names;
  for (const ir::Node& node : graph.nodes()) {
    if (!node.inputs.empty()) names.emplace_back(node.op->name());
  }
  return names;
}

void ExpectSameResults(const ir::Graph& graph, const ir::Graph& fused, unsigned seed) {
  testing::Random random(seed);
  std::vector<Tensor> inputs;
  std::vector<ConstTensorView> views;
  for (const ir::Input& input : graph.inputs()) {
    inputs.push_back(testing::RandomFloats(random, graph.value(input.value).type.shape));
  }
  for (const Tensor& input : inputs) views.push_back(input.view());
  const Tensor expected = std::move(Evaluate(graph, views, ops::KernelSet::kReference)[0]);
  for (const ops::KernelSet set : {ops::KernelSet::kReference, ops::KernelSet::kFast}) {
    const Tensor actual = std::move(Evaluate(fused, views, set)[0]);
    ASSERT_EQ(actual.type(), expected.type());
    EXPECT_THAT(actual.as<float>(), ::testing::Pointwise(::testing::FloatNear(1e-5F), expected.as<float>())) << seed;
  }
}

TEST(FuseAttention, GivesTheSameOverRandomShapesOrdersScalesAndMasks) {
  for (unsigned seed = 0; seed < 200; ++seed) {
    const ir::Graph graph = RandomAttention(seed);
    const ir::Graph fused = FuseAttention(graph);
    EXPECT_THAT(ComputingOps(fused), ::testing::ElementsAre("Attention")) << seed;
    ExpectSameResults(graph, fused, seed);
  }
}

TEST(FuseAttention, LetsHeadsShareTheirKeysAndValues) {
  Spelling s(1);
  const ValueId q = s.Input({2, 3, 4, 5});
  const ValueId scores = s.Product(q, s.Input({2, 1, 6, 5}), true);
  const ir::Graph graph = s.Build(s.Product(s.Softmax(scores), s.Input({2, 1, 6, 7}), false));
  EXPECT_THAT(ComputingOps(FuseAttention(graph)), ::testing::ElementsAre("Attention"));
  ExpectSameResults(graph, FuseAttention(graph), 1);
}

TEST(FuseAttention, LeavesWeightsAloneThatAreNeededThemselves) {
  Spelling s(2);
  const ValueId weights = s.Softmax(s.Product(s.Input({4, 5}), s.Input({6, 5}), true));
  s.builder().AddOutput("weights", weights);
  const ir::Graph graph = s.Build(s.Product(weights, s.Input({6, 7}), false));
  EXPECT_THAT(ComputingOps(FuseAttention(graph)), ::testing::ElementsAre("MatMul", "SoftMax", "MatMul"));
}

TEST(FuseAttention, LeavesAMaskAloneThatMakesScoresLarger) {
  Spelling s(3);
  const ValueId scores = s.Product(s.Input({1, 4, 5}), s.Input({1, 6, 5}), true);
  const ValueId masked = s.builder().AddOne("masked", Add(), {scores, s.Input({2, 4, 6})});
  const ir::Graph graph = s.Build(s.Product(s.Softmax(masked), s.Input({2, 6, 7}), false));
  EXPECT_THAT(ComputingOps(FuseAttention(graph)), ::testing::Not(::testing::Contains("Attention")));
}

}  // namespace
}  // namespace stepwell::passes
