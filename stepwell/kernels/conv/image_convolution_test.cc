#include "stepwell/kernels/conv/image_convolution.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "stepwell/base/error.h"
#include "stepwell/kernels/test_support.h"

namespace stepwell::kernels {
namespace {

using Epilogue = ImageConvolution::Epilogue;

// [batch, rows, columns] -> [batch, columns, rows].
std::vector<float> Transposed(std::span<const float> x, std::int64_t batch, std::int64_t rows) {
  std::vector<float> y(x.size());
  const std::int64_t columns = std::ssize(x) / batch / rows;
  for (std::int64_t at = 0; at < std::ssize(x); ++at) {
    const std::int64_t image = at / (rows * columns), row = at / columns % rows, column = at % columns;
    y[AsSize((image * columns + column) * rows + row)] = x[AsSize(at)];
  }
  return y;
}

// Random numbers for a shape; the image with its channels last.
struct Problem {
  Conv2dShape shape;
  std::vector<float> x, weights, bias, residual;

  explicit Problem(const Conv2dShape& s)
      : shape(s),
        x(RandomFloats(s.batch * s.in_channels * s.in_height * s.in_width, 1)),
        weights(RandomFloats(s.out_channels * s.in_channels / s.groups * s.kernel_height * s.kernel_width, 2)),
        bias(RandomFloats(s.out_channels, 3)),
        residual(RandomFloats(s.batch * s.out_channels * s.out_height() * s.out_width(), 4)) {}

  std::vector<float> Run(const Epilogue& epilogue, WorkerTeam& team) const {
    const ImageConvolution convolution(shape, epilogue, team.num_threads());
    std::vector<float> out(residual.size());
    AlignedBuffer scratch(convolution.ScratchBytes(team.num_threads()));
    const SharedBytes packed = convolution.Pack(BytesOfFloats(weights));
    const bool has_residual = epilogue.residual == Epilogue::Residual::kAdded;
    convolution.Run({.x = x,
                     .packed = packed.span(),
                     .bias = bias,
                     .residual = has_residual ? std::span<const float>(residual) : std::span<const float>(),
                     .out = out,
                     .scratch = scratch.span()},
                    team);
    return out;
  }

  std::vector<float> Reference(const Epilogue& epilogue) const {
    std::vector<float> planes(residual.size());
    ReferenceConv2d(shape, Transposed(x, shape.batch, shape.in_height * shape.in_width), weights, bias,
                    Conv2dActivation::kNone, planes);
    std::vector<float> out = Transposed(planes, shape.batch, shape.out_channels);
    for (std::size_t i = 0; i < out.size(); ++i) {
      if (epilogue.residual == Epilogue::Residual::kAdded) out[i] += residual[i];
      out[i] = std::clamp(out[i], epilogue.low, epilogue.high);
    }
    return out;
  }
};

const std::vector<Conv2dShape> kShapes = {
    {.batch = 1},
    {.batch = 2,
     .in_channels = 3,
     .in_height = 9,
     .in_width = 7,
     .out_channels = 5,
     .kernel_height = 3,
     .kernel_width = 2},
    {.in_channels = 3,
     .in_height = 37,
     .in_width = 41,
     .out_channels = 32,
     .kernel_height = 7,
     .kernel_width = 7,
     .stride_height = 2,
     .stride_width = 2,
     .pad_top = 3,
     .pad_bottom = 2,
     .pad_left = 3,
     .pad_right = 3},
    {.in_channels = 64, .in_height = 14, .in_width = 14, .out_channels = 48},
    {.batch = 3,
     .in_channels = 32,
     .in_height = 11,
     .in_width = 10,
     .out_channels = 32,
     .kernel_height = 3,
     .kernel_width = 3,
     .dilation_height = 2,
     .dilation_width = 2,
     .pad_top = 2,
     .pad_bottom = 2,
     .pad_left = 2,
     .pad_right = 2},
    {.in_channels = 24,
     .in_height = 12,
     .in_width = 13,
     .out_channels = 24,
     .kernel_height = 3,
     .kernel_width = 3,
     .stride_height = 2,
     .stride_width = 2,
     .pad_top = 1,
     .pad_bottom = 1,
     .pad_left = 1,
     .pad_right = 1,
     .groups = 24},
    {.in_channels = 6, .in_height = 5, .in_width = 5, .out_channels = 9, .kernel_height = 2, .groups = 3},
    // Windows that see nothing but padding.
    {.in_channels = 16, .in_height = 2, .in_width = 9, .out_channels = 16, .pad_top = 40, .pad_bottom = 40},
};

TEST(ImageConvolutionTest, ComputesWhatTheDefinitionSays) {
  WorkerTeam team(2);
  for (const Conv2dShape& shape : kShapes) {
    const Problem problem(shape);
    for (const Epilogue& epilogue : {Epilogue{}, Epilogue{.low = 0}, Epilogue{.residual = Epilogue::Residual::kAdded},
                                     Epilogue{.residual = Epilogue::Residual::kAdded, .low = 0, .high = 1}}) {
      SCOPED_TRACE(testing::Message() << &shape - kShapes.data() << " low " << epilogue.low << " residual "
                                      << static_cast<int>(epilogue.residual));
      const auto found = problem.Run(epilogue, team);
      const auto expected = problem.Reference(epilogue);
      for (std::size_t i = 0; i < found.size(); ++i) ASSERT_NEAR(found[i], expected[i], 2e-4) << i;
    }
  }
}

TEST(ImageConvolutionTest, GivesTheSameBitsForAnyNumberOfThreads) {
  for (const Conv2dShape& shape : kShapes) {
    const Problem problem(shape);
    WorkerTeam one(1);
    const auto expected = problem.Run({}, one);
    for (const int threads : {2, 3, 5}) {
      WorkerTeam team(threads);
      EXPECT_EQ(problem.Run({}, team), expected) << threads;
    }
  }
}

// Besides all kinds of shapes some of the size that ResNet's are.
std::vector<Conv2dShape> ManyShapes() {
  std::vector<Conv2dShape> shapes = kShapes;
  for (const std::int64_t extent : {7, 14, 28}) {
    const std::int64_t channels = 1792 / extent;
    shapes.push_back({.in_channels = channels, .in_height = extent, .in_width = extent, .out_channels = 4 * channels});
    shapes.push_back({.in_channels = 4 * channels, .in_height = extent, .in_width = extent, .out_channels = channels});
    shapes.push_back({.in_channels = channels,
                      .in_height = extent,
                      .in_width = extent,
                      .out_channels = channels,
                      .kernel_height = 3,
                      .kernel_width = 3,
                      .pad_top = 1,
                      .pad_bottom = 1,
                      .pad_left = 1,
                      .pad_right = 1});
  }
  return shapes;
}

TEST(ImageConvolutionTest, GivesEachImageOfABatchTheBitsItHasAlone) {
  WorkerTeam one(1), two(2);
  for (Conv2dShape shape : ManyShapes()) {
    shape.batch = 1;
    Problem alone(shape);
    const std::size_t in = alone.x.size(), out = alone.residual.size();
    for (const std::int64_t batch : {2, 3, 8}) {
      shape.batch = batch;
      const Problem together(shape);
      const auto all = together.Run({}, two);
      ASSERT_EQ(all, together.Run({}, one));
      for (std::size_t image = 0; image < AsSize(batch); image += image == 0 ? AsSize(batch) - 1 : 1) {
        std::copy_n(together.x.begin() + static_cast<std::ptrdiff_t>(image * in), in, alone.x.begin());
        const auto own = std::span(all).subspan(image * out, out);
        ASSERT_TRUE(std::ranges::equal(alone.Run({}, two), own)) << image << " of " << batch;
        ASSERT_TRUE(std::ranges::equal(alone.Run({}, one), own)) << image << " of " << batch;
      }
    }
  }
}

TEST(ImageConvolutionTest, RefusesWhatDoesNotFit) {
  EXPECT_THROW(ImageConvolution({.in_channels = 5, .out_channels = 4, .groups = 2}, {}, 1), Error);
  EXPECT_THROW(ImageConvolution({.in_height = 3, .kernel_height = 4}, {}, 1), Error);
  const ImageConvolution convolution({.in_channels = 2}, {}, 1);
  EXPECT_THROW(convolution.Pack(BytesOfFloats(std::vector<float>(3))), Error);
}

}  // namespace
}  // namespace stepwell::kernels
