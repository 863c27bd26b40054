#include "stepwell/passes/fuse_layers.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "stepwell/ir/builder.h"
#include "stepwell/ops/activation/gelu.h"
#include "stepwell/ops/elementwise/binary.h"
#include "stepwell/ops/elementwise/clamp.h"
#include "stepwell/ops/elementwise/unary.h"
#include "stepwell/ops/matmul/fully_connected.h"
#include "stepwell/ops/matmul/matmul.h"
#include "stepwell/passes/evaluate.h"

namespace stepwell::passes {
namespace {

using ir::ValueId;
using ops::activation::Gelu;
using ops::elementwise::Add;
using ops::elementwise::Clamp;
using ops::elementwise::Maximum;
using ops::elementwise::Minimum;
using ops::elementwise::Relu;
using ops::elementwise::Sigmoid;
using ops::matmul::FullyConnected;
using ops::matmul::MatMul;
using testing::ElementsAre;

constexpr DType kF32 = DType::kF32;

// A product of x [2, 3] with constants [3, 4] and what a test lets follow.
class Layer {
 public:
  Layer() : x_(builder_.AddInput("x", {kF32, {2, 3}})) {
    value_ = builder_.AddOne("product", MatMul{}, {x_, Constants({3, 4})});
  }

  ValueId Constants(const Shape& shape) {
    Tensor tensor({kF32, shape});
    for (std::size_t i = 0; float& value : tensor.as<float>()) value = std::sin(static_cast<float>(++i));
    return builder_.AddConstant("w", ir::ConstantData::Of(std::move(tensor)));
  }
  // Another product of x, with a bias.
  ValueId Other() {
    const ValueId product = builder_.AddOne("other", MatMul{}, {x_, Constants({3, 4})});
    return builder_.AddOne("other", Add{}, {product, Constants({4})});
  }
  Layer& Bias(const Shape& shape) { return Then(Add{}, Constants(shape)); }
  template <class Op>
  Layer& Then(Op op) {
    value_ = builder_.AddOne("n", std::move(op), {value_});
    return *this;
  }
  template <class Op>
  Layer& Then(Op op, ValueId other) {
    value_ = builder_.AddOne("n", std::move(op), {other, value_});
    return *this;
  }
  template <class Op>
  Layer& Bounded(Op op, float bound) {
    return Then(std::move(op), builder_.AddFloat("bound", bound));
  }
  Layer& Output() {
    builder_.AddOutput(fmt::format("y{}", value_.index), value_);
    return *this;
  }
  ir::Graph Build() { return std::move(builder_).Build(); }

 private:
  ir::GraphBuilder builder_;
  ValueId x_;
  ValueId value_;
};

std::vector<std::string> ComputingOps(const ir::Graph& graph) {
  std::vector<std::string> names;
  for (const ir::Node& node : graph.nodes()) {
    if (!node.inputs.empty() && !node.op->IsView()) names.emplace_back(node.op->name());
  }
  return names;
}

const FullyConnected& OnlyLayer(const ir::Graph& graph) {
  return *ir::As<FullyConnected>(*graph.producer(graph.outputs()[0].value)->op);
}

void ExpectSameResults(const ir::Graph& graph, const ir::Graph& fused) {
  const Tensor x = Tensor::Of<float>({2, 3}, std::array{1.0F, -2.0F, 3.0F, 0.5F, -0.25F, 4.0F});
  const std::vector<Tensor> expected = Evaluate(graph, {{x.view()}}, ops::KernelSet::kReference);
  const std::vector<Tensor> actual = Evaluate(fused, {{x.view()}}, ops::KernelSet::kFast);
  ASSERT_EQ(actual.size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_THAT(actual[i].as<float>(), testing::Pointwise(testing::FloatNear(1e-6F), expected[i].as<float>()));
  }
}

TEST(FuseLayers, TakesBiasAndClippedRelu) {
  const ir::Graph graph = Layer().Bias({4}).Then(Relu{}).Bounded(Minimum{}, 0.75F).Output().Build();
  const ir::Graph fused = FuseLayers(graph);
  EXPECT_THAT(ComputingOps(fused), ElementsAre("FullyConnected"));
  EXPECT_EQ(OnlyLayer(fused).low, 0.0F);
  EXPECT_EQ(OnlyLayer(fused).high, 0.75F);
  ExpectSameResults(graph, fused);
}

TEST(FuseLayers, TakesABiasOfRankTwoAndASigmoidThatIsBounded) {
  const ir::Graph graph =
      Layer().Bias({1, 4}).Then(Sigmoid{}).Bounded(Maximum{}, 0.5F).Bounded(Minimum{}, 0.7F).Output().Build();
  const ir::Graph fused = FuseLayers(graph);
  EXPECT_THAT(ComputingOps(fused), ElementsAre("FullyConnected"));
  ExpectSameResults(graph, fused);
}

TEST(FuseLayers, ComposesBoundsInTheirOrder) {
  Clamp clamp;
  clamp.low = 1;
  clamp.high = 2;
  const ir::Graph graph = Layer().Bounded(Minimum{}, 0.5F).Then(clamp).Output().Build();
  EXPECT_EQ(OnlyLayer(FuseLayers(graph)).low, 1.0F);
  EXPECT_EQ(OnlyLayer(FuseLayers(graph)).high, 1.0F);
  ExpectSameResults(graph, FuseLayers(graph));
}

TEST(FuseLayers, StopsAtAValueThatIsNeededItself) {
  const ir::Graph graph = Layer().Bias({4}).Output().Then(Relu{}).Output().Build();
  const ir::Graph fused = FuseLayers(graph);
  EXPECT_THAT(ComputingOps(fused), ElementsAre("FullyConnected", "ReLU"));
  ExpectSameResults(graph, fused);
}

TEST(FuseLayers, DoesNotTakeABiasBehindAnActivation) {
  const ir::Graph graph = Layer().Then(Relu{}).Bias({4}).Output().Build();
  EXPECT_THAT(ComputingOps(FuseLayers(graph)), ElementsAre("FullyConnected", "Add"));
  ExpectSameResults(graph, FuseLayers(graph));
}

TEST(FuseLayers, DoesNotTakeASumThatIsNoRow) {
  const ir::Graph graph = Layer().Bias({2, 4}).Output().Build();
  EXPECT_THAT(ComputingOps(FuseLayers(graph)), ElementsAre("FullyConnected", "Add"));
  ExpectSameResults(graph, FuseLayers(graph));
}

TEST(FuseLayers, TakesGeluOfBothForms) {
  for (const Gelu::Form form : {Gelu::Form::kErf, Gelu::Form::kTanh}) {
    const ir::Graph graph = Layer().Bias({4}).Then(Gelu(form)).Output().Build();
    EXPECT_THAT(ComputingOps(FuseLayers(graph)), ElementsAre("FullyConnected"));
    ExpectSameResults(graph, FuseLayers(graph));
  }
}

TEST(FuseLayers, TakesASumWithAnotherLayerAndItsActivation) {
  Layer layer;
  layer.Bias({4});
  const ir::Graph graph = layer.Then(Add{}, layer.Other()).Then(Relu{}).Output().Build();
  EXPECT_THAT(ComputingOps(FuseLayers(graph)), ElementsAre("FullyConnected", "FullyConnected"));
  ExpectSameResults(graph, FuseLayers(graph));
}

TEST(FuseLayers, DoesNotTakeASumBehindAnActivationNorASecondOne) {
  Layer activated;
  activated.Bias({4}).Then(Relu{});
  const ir::Graph behind = activated.Then(Add{}, activated.Other()).Output().Build();
  ExpectSameResults(behind, FuseLayers(behind));

  Layer twice;
  twice.Bias({4});
  const ValueId other = twice.Other();
  const ir::Graph second = twice.Then(Add{}, other).Then(Add{}, other).Output().Build();
  EXPECT_THAT(ComputingOps(FuseLayers(second)), ElementsAre("FullyConnected", "FullyConnected", "Add"));
  ExpectSameResults(second, FuseLayers(second));
}

TEST(FuseLayers, LeavesAProductOfComputedOperandsAlone) {
  ir::GraphBuilder builder;
  const ValueId x = builder.AddInput("x", {kF32, {2, 2}});
  builder.AddOutput("y", builder.AddOne("product", MatMul{}, {x, x}));
  EXPECT_THAT(ComputingOps(FuseLayers(std::move(builder).Build())), ElementsAre("MatMul"));
}

}  // namespace
}  // namespace stepwell::passes
