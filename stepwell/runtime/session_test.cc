#include "stepwell/runtime/session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <numeric>

#include "stepwell/ir/builder.h"
#include "stepwell/ops/layout/concat.h"
#include "stepwell/ops/layout/reshape.h"
#include "stepwell/ops/layout/transpose.h"
#include "stepwell/runtime/loaded_model.h"

namespace stepwell::runtime {
namespace {

using ops::layout::Concat;
using ops::layout::Reshape;
using ops::layout::Transpose;
using testing::ElementsAre;
using testing::ElementsAreArray;

constexpr DType kF32 = DType::kF32;

Tensor Floats(const Shape& shape, std::vector<float> values) { return Tensor::Of<float>(shape, values); }

struct Given {
  Shape shape;
  std::vector<float> values;
};

// The outputs of one run, in the plan's order.
std::vector<std::vector<float>> RunOnce(std::shared_ptr<const Plan> plan, const std::vector<Given>& inputs) {
  std::vector<ConstTensorView> input_views;
  for (const Given& input : inputs) {
    input_views.push_back({{kF32, input.shape}, std::as_bytes(std::span(input.values)).data()});
  }
  std::vector<Tensor> outputs;
  std::vector<TensorView> output_views;
  for (const Plan::Port& port : plan->outputs()) outputs.emplace_back(port.type);
  for (Tensor& output : outputs) output_views.push_back(output.view());
  Session(std::move(plan)).Run(input_views, output_views);
  std::vector<std::vector<float>> values;
  for (const Tensor& output : outputs) {
    const std::span<const float> elements = output.as<float>();
    values.emplace_back(elements.begin(), elements.end());
  }
  return values;
}

// x [?, 2] and y [?, 2] -> joined [?, 2] and its transpose.
ir::Graph JoinAndTranspose() {
  ir::GraphBuilder builder;
  const ir::ValueId x = builder.AddInput("x", {kF32, {kDynamic, 2}}, {1, 2}, {});
  const ir::ValueId y = builder.AddInput("y", {kF32, {kDynamic, 2}}, {1, 2}, {});
  const ir::ValueId joined = builder.AddOne("join", Concat(0), {x, y});
  const ir::ValueId turned = builder.AddOne("turn", Transpose{}, {joined, builder.AddInts("order", {1, 0})});
  builder.AddOutput("joined", joined);
  builder.AddOutput("turned", turned);
  builder.AddOutput("x again", x);
  builder.AddOutput("joined again", joined);
  return std::move(builder).Build();
}

TEST(Session, ComputesOutputsAndCopiesThoseThatAreNotComputed) {
  const auto model = LoadedModel::Of(JoinAndTranspose());
  const auto plan = model->PlanFor({.input_shapes = {Shape{1, 2}, Shape{2, 2}}});
  EXPECT_EQ(plan->arena_bytes(), 0U) << "everything lies with the caller";
  EXPECT_EQ(plan->copies().size(), 2U);
  EXPECT_THAT(RunOnce(plan, {{{1, 2}, {1, 2}}, {{2, 2}, {3, 4, 5, 6}}}),
              ElementsAre(ElementsAre(1, 2, 3, 4, 5, 6), ElementsAre(1, 3, 5, 2, 4, 6), ElementsAre(1, 2),
                          ElementsAre(1, 2, 3, 4, 5, 6)));
}

TEST(Session, ComputesOnlyWhatWasAskedForInThatOrder) {
  const auto model = LoadedModel::Of(JoinAndTranspose());
  const auto plan = model->PlanFor({.input_shapes = {Shape{1, 2}, Shape{1, 2}}, .outputs = {1, 0}});
  EXPECT_THAT(RunOnce(plan, {{{1, 2}, {1, 2}}, {{1, 2}, {3, 4}}}),
              ElementsAre(ElementsAre(1, 3, 2, 4), ElementsAre(1, 2, 3, 4)));
  const auto last = model->PlanFor({.input_shapes = {Shape{1, 2}, Shape{1, 2}}, .outputs = {1}});
  EXPECT_GT(last->arena_bytes(), 0U) << "what is no output lies in the arena";
}

TEST(Session, LeavesOutWhatTheGivenInputsDoNotSufficeFor) {
  const auto model = LoadedModel::Of(JoinAndTranspose());
  const auto plan = model->PlanFor({.input_shapes = {Shape{1, 2}, std::nullopt}});
  ASSERT_EQ(plan->outputs().size(), 1U);
  EXPECT_EQ(plan->outputs()[0].index, 2U);
  ASSERT_EQ(plan->left_out().size(), 3U);
  EXPECT_THAT(plan->left_out()[0].missing_inputs, ElementsAre(1U));
  EXPECT_THAT(RunOnce(plan, {{{1, 2}, {8, 9}}}), ElementsAre(ElementsAre(8, 9)));
}

TEST(Session, ReadsThroughViewsOfComputedValues) {
  ir::GraphBuilder builder;
  const ir::ValueId x = builder.AddInput("x", {kF32, {2, 2}});
  const ir::ValueId turned = builder.AddOne("turn", Transpose{}, {x, builder.AddInts("order", {1, 0})});
  const ir::ValueId flat = builder.AddOne("flat", Reshape{}, {turned, builder.AddInts("pattern", {4})});
  builder.AddOutput("flat", flat);
  builder.AddOutput("twice", builder.AddOne("join", Concat(0), {flat, flat}));
  const auto plan = LoadedModel::Of(std::move(builder).Build())->PlanFor({.input_shapes = {Shape{2, 2}}});
  EXPECT_EQ(plan->steps().size(), 2U);
  EXPECT_TRUE(plan->copies().empty());
  EXPECT_THAT(RunOnce(plan, {{{2, 2}, {1, 2, 3, 4}}}),
              ElementsAre(ElementsAre(1, 3, 2, 4), ElementsAre(1, 3, 2, 4, 1, 3, 2, 4)));
}

TEST(Session, ReadsConstantsThatAreMisaligned) {
  const std::array<float, 2> values = {1.5F, 2.5F};
  std::array<std::byte, 9> bytes{};
  std::memcpy(bytes.data() + 1, values.data(), 8);
  const SharedBytes shared = SharedBytes::CopyOf(bytes);
  ir::GraphBuilder builder;
  const ir::ValueId x = builder.AddInput("x", {kF32, {1}});
  const ir::ValueId constant = builder.AddConstant("c", ir::ConstantData::Of({kF32, {2}}, shared.Slice(1, 8)));
  builder.AddOutput("joined", builder.AddOne("join", Concat(0), {constant, x}));
  builder.AddOutput("constant", constant);
  const auto plan = LoadedModel::Of(std::move(builder).Build())->PlanFor({.input_shapes = {Shape{1}}});
  EXPECT_THAT(RunOnce(plan, {{{1}, {7}}}), ElementsAre(ElementsAre(1.5, 2.5, 7), ElementsAre(1.5, 2.5)));
}

TEST(Session, ComputesLargeDerivedConstantsWhenThePlanIsMade) {
  std::vector<float> values(300 * 200);
  std::iota(values.begin(), values.end(), 0.0F);
  ir::GraphBuilder builder;
  const ir::ValueId x = builder.AddInput("x", {kF32, {1, 300}});
  const ir::ValueId weights = builder.AddConstant("w", ir::ConstantData::Of(Floats({300, 200}, values)));
  const ir::ValueId turned = builder.AddOne("turn", Transpose{}, {weights, builder.AddInts("order", {1, 0})});
  builder.AddOutput("y", builder.AddOne("join", Concat(0), {x, turned}));
  const auto plan = LoadedModel::Of(std::move(builder).Build())->PlanFor({.input_shapes = {Shape{1, 300}}});
  EXPECT_EQ(plan->steps().size(), 1U);
  const std::vector<float> y = RunOnce(plan, {{{1, 300}, std::vector<float>(300)}}).at(0);
  EXPECT_EQ(y[300 + 1], 200.0F);
  EXPECT_EQ(y[300 + 300], 1.0F);
}

template <class Body>
std::string MessageOf(Body&& body) {
  try {
    body();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

TEST(Session, RefusesInputsAndOutputsThatDoNotFitThePlan) {
  const auto model = LoadedModel::Of(JoinAndTranspose());
  const auto plan = model->PlanFor({.input_shapes = {Shape{1, 2}, Shape{2, 2}}});
  EXPECT_EQ(MessageOf([&] { RunOnce(plan, {{{1, 2}, {1, 2}}}); }), "the plan has 2 inputs and was given 1");
  EXPECT_EQ(MessageOf([&] {
              RunOnce(plan, {{{1, 2}, {1, 2}}, {{1, 2}, {1, 2}}});
            }),
            "input 'y' is f32[2,2] in this plan and was given as f32[1,2]");
}

TEST(LoadedModel, RefusesRequestsThatDoNotFitTheModel) {
  const auto model = LoadedModel::Of(JoinAndTranspose());
  EXPECT_EQ(MessageOf([&] {
              model->PlanFor({.input_shapes = {Shape{1, 2}}});
            }),
            "the model has 2 inputs, the request speaks of 1");
  EXPECT_EQ(MessageOf([&] {
              model->PlanFor({.input_shapes = {Shape{1, 2}, std::nullopt}, .outputs = {1}});
            }),
            "output 'turned' cannot be computed without the input 'y'");
  EXPECT_EQ(MessageOf([&] {
              model->PlanFor({.input_shapes = {Shape{1, 2}, Shape{1, 3}}});
            }),
            "input 'y' takes f32[?,2] and was given f32[1,3]");
  EXPECT_EQ(MessageOf([&] {
              model->PlanFor({.input_shapes = {Shape{1, 2}, Shape{1, 2}}, .outputs = {4}});
            }),
            "the model has 4 outputs; output 4 was asked for");
}

TEST(LoadedModel, MakesAPlanOnceAndForgetsThoseUsedLongAgo) {
  const auto model = LoadedModel::Of(JoinAndTranspose());
  const auto plan_for = [&](std::int64_t rows) {
    return model->PlanFor({.input_shapes = {Shape{rows, 2}, Shape{1, 2}}});
  };
  const std::shared_ptr<const Plan> first = plan_for(1);
  const std::shared_ptr<const Plan> second = plan_for(2);
  EXPECT_EQ(plan_for(1), first);
  for (std::int64_t rows = 3; rows <= 9; ++rows) plan_for(rows);
  EXPECT_EQ(plan_for(1), first);
  EXPECT_NE(plan_for(2), second);
}

TEST(LoadedModel, AsksForDefaultShapes) {
  const PlanRequest request = LoadedModel::Of(JoinAndTranspose())->DefaultRequest();
  EXPECT_THAT(request.input_shapes, ElementsAreArray({std::optional(Shape{1, 2}), std::optional(Shape{1, 2})}));
}

}  // namespace
}  // namespace stepwell::runtime
