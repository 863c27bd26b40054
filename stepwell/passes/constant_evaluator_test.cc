#include "stepwell/passes/constant_evaluator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <optional>

#include "stepwell/ir/builder.h"
#include "stepwell/ops/layout/concat.h"
#include "stepwell/ops/layout/reshape.h"
#include "stepwell/ops/layout/transpose.h"

namespace stepwell::passes {
namespace {

using ops::layout::Concat;
using ops::layout::Reshape;
using ops::layout::Transpose;
using testing::ElementsAre;

constexpr DType kF32 = DType::kF32;

// weights [2, 2] -> turned -> joined with x, which is no constant.
struct Turned {
  explicit Turned(const ir::ConstantData& weights, std::vector<std::int64_t> order = {1, 0}) {
    ir::GraphBuilder builder;
    const ir::ValueId x = builder.AddInput("x", {kF32, {1, 2}});
    const ir::ValueId stored = builder.AddConstant("w", weights);
    value = builder.AddOne("turned", Transpose{}, {stored, builder.AddInts("order", std::move(order))});
    computed = builder.AddOne("joined", Concat(0), {x, value});
    graph.emplace(std::move(builder).Build());
  }

  std::optional<ir::Graph> graph;
  ir::ValueId value;
  ir::ValueId computed;
};

ir::ConstantData SmallMatrix() {
  return ir::ConstantData::Of(Tensor::Of<float>({2, 2}, std::array{1.0F, 2.0F, 3.0F, 4.0F}));
}

TEST(ConstantEvaluator, ComputesWhatDependsOnConstantsAlone) {
  const Turned turned(SmallMatrix());
  const ConstantEvaluator evaluator(*turned.graph);
  EXPECT_FALSE(evaluator.IsConstant(turned.computed));
  ASSERT_TRUE(evaluator.IsConstant(turned.value));
  EXPECT_THAT(evaluator.Evaluate(turned.value).Copy<float>(), ElementsAre(1, 3, 2, 4));
}

TEST(ConstantEvaluator, GivesTheSameComputationTheSameIdentityInEveryGraph) {
  const ir::ConstantData weights = SmallMatrix();
  DerivedIdentities identities;
  const auto identity_of = [&](const Turned& turned, DerivedIdentities* known) {
    return ConstantEvaluator(*turned.graph, known).Evaluate(turned.value).identity;
  };
  const Turned first(weights);
  const std::uint64_t identity = identity_of(first, &identities);
  EXPECT_NE(identity, weights.identity);
  EXPECT_NE(identity_of(first, nullptr), identity) << "without a memory each result is another constant";
  EXPECT_NE(identity_of(Turned(SmallMatrix()), &identities), identity) << "equal bytes are not the same constant";
}

TEST(ConstantEvaluator, TellsComputationsApartByTheirConstants) {
  DerivedIdentities identities;
  ir::GraphBuilder builder;
  const ir::ValueId stored = builder.AddConstant("w", SmallMatrix());
  const ir::ValueId pattern = builder.AddInts("pattern", {4});
  const ir::ValueId flat = builder.AddOne("flat", Reshape{}, {stored, pattern});
  const ir::ValueId again = builder.AddOne("again", Reshape{}, {stored, pattern});
  const ir::ValueId turned = builder.AddOne("turned", Transpose{}, {stored, builder.AddInts("order", {1, 0})});
  const ir::Graph graph = std::move(builder).Build();
  const ConstantEvaluator evaluator(graph, &identities);
  EXPECT_EQ(evaluator.Evaluate(flat).identity, evaluator.Evaluate(again).identity);
  EXPECT_NE(evaluator.Evaluate(flat).identity, evaluator.Evaluate(turned).identity);
}

}  // namespace
}  // namespace stepwell::passes
