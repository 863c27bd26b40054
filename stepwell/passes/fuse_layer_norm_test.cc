#include "stepwell/passes/fuse_layer_norm.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "stepwell/ir/builder.h"
#include "stepwell/ops/elementwise/binary.h"
#include "stepwell/ops/normalize/layer_norm.h"
#include "stepwell/ops/normalize/mvn.h"
#include "stepwell/passes/evaluate.h"
#include "tests/support/random_tensor.h"

namespace stepwell::passes {
namespace {

using ir::ValueId;
using ops::elementwise::Add;
using ops::elementwise::Multiply;
using ops::normalize::Mvn;

const Shape kShape = {2, 3, 20};

struct Row {
  Shape shape;
};

// MVN of x, times gamma, plus beta, where there are shapes for them.
ir::Graph Normalization(std::optional<Row> gamma, std::optional<Row> beta, std::int64_t axis = -1) {
  testing::Random random(3);
  ir::GraphBuilder builder;
  Mvn mvn;
  mvn.eps = 1e-3F;
  const ValueId x = builder.AddInput("x", {DType::kF32, kShape});
  ValueId value = builder.AddOne("mvn", mvn, {x, builder.AddInts("axes", {axis})});
  const auto constant = [&](const Row& row) {
    return builder.AddConstant("row", ir::ConstantData::Of(testing::RandomFloats(random, row.shape)));
  };
  if (gamma) value = builder.AddOne("scaled", Multiply(), {constant(*gamma), value});
  if (beta) value = builder.AddOne("shifted", Add(), {value, constant(*beta)});
  builder.AddOutput("y", value);
  return std::move(builder).Build();
}

bool IsFused(const ir::Graph& graph) {
  return ir::As<ops::normalize::LayerNorm>(*graph.producer(graph.outputs()[0].value)->op) != nullptr;
}

void ExpectSameResults(const ir::Graph& graph, const ir::Graph& fused) {
  testing::Random random(4);
  const Tensor x = testing::RandomFloats(random, kShape);
  const Tensor expected = std::move(Evaluate(graph, {{x.view()}}, ops::KernelSet::kReference)[0]);
  for (const ops::KernelSet set : {ops::KernelSet::kReference, ops::KernelSet::kFast}) {
    const Tensor actual = std::move(Evaluate(fused, {{x.view()}}, set)[0]);
    EXPECT_THAT(actual.as<float>(), ::testing::Pointwise(::testing::FloatNear(3e-6F), expected.as<float>()));
  }
}

TEST(FuseLayerNorm, TakesScaleAndShiftOfAnyRank) {
  for (const auto& [gamma, beta] : {std::pair<std::optional<Row>, std::optional<Row>>{Row{{20}}, Row{{1, 1, 20}}},
                                    {Row{{1, 20}}, std::nullopt},
                                    {std::nullopt, Row{{20}}}}) {
    const ir::Graph graph = Normalization(gamma, beta);
    EXPECT_TRUE(IsFused(FuseLayerNorm(graph)));
    ExpectSameResults(graph, FuseLayerNorm(graph));
  }
}

TEST(FuseLayerNorm, LeavesOtherAxesAndOtherScalesAlone) {
  for (const ir::Graph& graph :
       {Normalization(Row{{20}}, Row{{20}}, 1), Normalization(Row{{3, 1}}, Row{{3, 20}}), Normalization({}, {})}) {
    EXPECT_FALSE(IsFused(FuseLayerNorm(graph)));
    ExpectSameResults(graph, FuseLayerNorm(graph));
  }
}

}  // namespace
}  // namespace stepwell::passes
