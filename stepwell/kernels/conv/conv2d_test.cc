#include "stepwell/kernels/conv/conv2d.h"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <limits>

#include "stepwell/base/error.h"
#include "stepwell/kernels/test_support.h"

namespace stepwell::kernels {
namespace {

std::int64_t Elements(std::initializer_list<std::int64_t> extents) {
  std::int64_t product = 1;
  for (const std::int64_t extent : extents) product *= extent;
  return product;
}

// Random numbers for a shape.
struct Case {
  Conv2dShape shape;
  Conv2dActivation activation;
  std::vector<float> x, weights, bias;

  explicit Case(const Conv2dShape& s, Conv2dActivation act = Conv2dActivation::kNone)
      : shape(s),
        activation(act),
        x(RandomFloats(Elements({s.batch, s.in_channels, s.in_height, s.in_width}), 1)),
        weights(RandomFloats(Elements({s.out_channels, s.in_channels, s.kernel_height, s.kernel_width}), 2)),
        bias(RandomFloats(s.out_channels, 3)) {}

  Conv2dPlan Plan() const { return {shape, MisalignedBytesOf(weights), bias, activation}; }
  std::vector<float> Out() const {
    return std::vector<float>(
        AsSize(Elements({shape.batch, shape.out_channels, shape.out_height(), shape.out_width()})));
  }
};

std::vector<float> Convolved(const Conv2dPlan& plan, const Case& problem, WorkerTeam& team) {
  auto out = problem.Out();
  AlignedBuffer scratch(plan.ScratchBytes(team.num_threads()));
  plan.Run(problem.x, out, scratch.span(), team);
  return out;
}

const std::vector<Conv2dShape> kShapes = {
    {.batch = 1},
    {.batch = 2,
     .in_channels = 3,
     .in_height = 7,
     .in_width = 5,
     .out_channels = 17,
     .kernel_height = 3,
     .kernel_width = 2},
    {.batch = 3,
     .in_channels = 5,
     .in_height = 9,
     .in_width = 11,
     .out_channels = 65,
     .kernel_height = 3,
     .kernel_width = 3,
     .stride_height = 2,
     .stride_width = 1,
     .pad_top = 1,
     .pad_bottom = 0,
     .pad_left = 2,
     .pad_right = 1},
    {.batch = 2,
     .in_channels = 16,
     .in_height = 10,
     .in_width = 10,
     .out_channels = 300,
     .kernel_height = 3,
     .kernel_width = 3,
     .dilation_height = 2,
     .dilation_width = 3},
    {.batch = 2, .in_channels = 64, .in_height = 8, .in_width = 8, .out_channels = 64},
    // The character convolution of a language model: kernels as wide as the image.
    {.batch = 2,
     .in_channels = 1,
     .in_height = 50,
     .in_width = 16,
     .out_channels = 128,
     .kernel_height = 7,
     .kernel_width = 16},
    {.batch = 3,
     .in_channels = 1,
     .in_height = 120,
     .in_width = 3,
     .out_channels = 70,
     .kernel_height = 2,
     .kernel_width = 3,
     .stride_height = 2}};

class Conv2dTest : public testing::Test {
 protected:
  WorkerTeam one_{1};
  WorkerTeam two_{2};
};

TEST_F(Conv2dTest, AgreesWithItsDefinitionInDouble) {
  for (const auto activation : {Conv2dActivation::kNone, Conv2dActivation::kRelu}) {
    for (const auto& shape : kShapes) {
      const Case problem(shape, activation);
      const auto actual = Convolved(problem.Plan(), problem, two_);
      auto expected = problem.Out();
      ReferenceConv2d(shape, problem.x, problem.weights, problem.bias, activation, expected);
      const auto terms = static_cast<float>(shape.in_channels * shape.kernel_height * shape.kernel_width);
      for (std::size_t at = 0; at < actual.size(); ++at) {
        ASSERT_NEAR(actual[at], expected[at], 1e-6F * std::sqrt(terms)) << "at " << at;
      }
    }
  }
}

TEST_F(Conv2dTest, GivesAnImageTheSameBitsInABatchAndOnAnyNumberOfThreads) {
  for (const auto& shape : kShapes) {
    const Case batch(shape, Conv2dActivation::kRelu);
    const auto all = Convolved(batch.Plan(), batch, two_);
    Case single = batch;
    single.shape.batch = 1;
    const auto plan = single.Plan();
    const std::size_t image = batch.x.size() / AsSize(shape.batch), result = all.size() / AsSize(shape.batch);
    for (std::size_t index = 0; index < AsSize(shape.batch); ++index) {
      single.x.assign(batch.x.begin() + std::ptrdiff_t(index * image),
                      batch.x.begin() + std::ptrdiff_t((index + 1) * image));
      EXPECT_TRUE(SameBits(Convolved(plan, single, one_), std::span(all).subspan(index * result, result)));
    }
  }
}

TEST_F(Conv2dTest, WithoutBiasAddsNothing) {
  Case problem(kShapes[1]);
  problem.bias.clear();
  const auto actual = Convolved(problem.Plan(), problem, two_);
  auto expected = problem.Out();
  ReferenceConv2d(problem.shape, problem.x, problem.weights, {}, problem.activation, expected);
  for (std::size_t at = 0; at < actual.size(); ++at) ASSERT_NEAR(actual[at], expected[at], 1e-5F);
}

std::size_t ThreadsOfThisProcess() {
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& thread : std::filesystem::directory_iterator("/proc/self/task")) ++count;
  return count;
}

TEST_F(Conv2dTest, StartsNoThreads) {
  const Case problem(kShapes[3]);
  const std::size_t before = ThreadsOfThisProcess();
  const auto plan = problem.Plan();
  Convolved(plan, problem, two_);
  EXPECT_EQ(ThreadsOfThisProcess(), before);
}

TEST_F(Conv2dTest, RefusesWhatDoesNotFit) {
  const auto weights = BytesOfFloats(std::vector<float>(9));
  const auto make = [&](const Conv2dShape& shape, std::span<const float> bias = {}) {
    Conv2dPlan(shape, weights, bias, Conv2dActivation::kNone);
  };
  EXPECT_NO_THROW(make({.in_height = 3, .in_width = 3, .kernel_height = 3, .kernel_width = 3}));
  EXPECT_THROW(make({.in_height = 2, .in_width = 3, .kernel_height = 3, .kernel_width = 3}), Error);
  EXPECT_THROW(make({.in_height = 9, .in_width = 9, .kernel_height = 3, .kernel_width = 2}), Error);
  EXPECT_THROW(make({.in_height = 9, .in_width = 9, .kernel_height = 3, .kernel_width = 3, .stride_width = 0}), Error);
  EXPECT_THROW(make({.in_height = 9,
                     .in_width = 9,
                     .kernel_height = 3,
                     .kernel_width = 3,
                     .dilation_height = std::numeric_limits<std::int64_t>::max() / 2}),
               Error);
  EXPECT_THROW(make({.in_height = 9, .in_width = 9, .kernel_height = 3, .kernel_width = 3, .pad_left = -1}), Error);
  EXPECT_THROW(make({.in_height = 3, .in_width = 3, .kernel_height = 3, .kernel_width = 3}, std::vector<float>(2)),
               Error);
}

}  // namespace
}  // namespace stepwell::kernels
