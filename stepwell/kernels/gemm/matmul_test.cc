#include "stepwell/kernels/gemm/matmul.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "stepwell/base/error.h"
#include "stepwell/kernels/test_support.h"

namespace stepwell::kernels {
namespace {

std::vector<float> Multiplied(const MatMulPlan& plan, std::span<const float> a, std::span<const float> b,
                              WorkerTeam& team) {
  std::vector<float> out(AsSize(plan.out_shape().num_elements()), std::numeric_limits<float>::quiet_NaN());
  AlignedBuffer scratch(plan.ScratchBytes(team.num_threads()));
  plan.Run(a, b, out, scratch.span(), team);
  return out;
}

// The [columns, rows] matrix of a [rows, columns] one.
std::vector<float> Turned(std::span<const float> matrix, std::int64_t rows, std::int64_t columns) {
  std::vector<float> turned(matrix.size());
  for (std::int64_t row = 0; row < rows; ++row) {
    for (std::int64_t column = 0; column < columns; ++column) {
      turned[AsSize(column * rows + row)] = matrix[AsSize(row * columns + column)];
    }
  }
  return turned;
}

struct Size {
  std::int64_t rows, inner, columns;
};

const std::vector<Size> kSizes = {{1, 1, 1},    {1, 64, 64},    {2, 3, 5},       {5, 17, 63},  {17, 65, 64},
                                  {49, 64, 65}, {128, 64, 128}, {100, 129, 130}, {3, 494, 29}, {200, 70, 1}};

class MatMulTest : public EveryIsa {
 protected:
  WorkerTeam one_{1};
  WorkerTeam two_{2};
};

TEST_P(MatMulTest, AgreesWithSumsInDouble) {
  for (const Size& size : kSizes) {
    const auto a = RandomFloats(size.rows * size.inner, 1);
    const auto b = RandomFloats(size.inner * size.columns, 2);
    const MatMulPlan plan({size.rows, size.inner}, {size.inner, size.columns}, Transposed::kNo, Transposed::kNo);
    const auto out = Multiplied(plan, a, b, two_);
    for (std::int64_t at = 0; at < std::ssize(out); ++at) {
      double sum = 0, magnitude = 0;
      for (std::int64_t k = 0; k < size.inner; ++k) {
        const double term = double{a[AsSize(at / size.columns * size.inner + k)]} *
                            double{b[AsSize(k * size.columns + at % size.columns)]};
        sum += term;
        magnitude += std::abs(term);
      }
      ASSERT_NEAR(out[AsSize(at)], sum, static_cast<double>(size.inner) * 0x1p-24 * magnitude);
    }
  }
}

TEST_P(MatMulTest, GivesTheSameBitsTransposedOrNotAndOnAnyNumberOfThreads) {
  for (const Size& size : kSizes) {
    const auto a = RandomFloats(size.rows * size.inner, 1);
    const auto b = RandomFloats(size.inner * size.columns, 2);
    const auto turned_a = Turned(a, size.rows, size.inner);
    const auto turned_b = Turned(b, size.inner, size.columns);
    const Shape shape_a{size.rows, size.inner}, shape_b{size.inner, size.columns};
    const Shape shape_at{size.inner, size.rows}, shape_bt{size.columns, size.inner};
    const auto expected = Multiplied({shape_a, shape_b, Transposed::kNo, Transposed::kNo}, a, b, one_);
    EXPECT_TRUE(SameBits(Multiplied({shape_a, shape_b, Transposed::kNo, Transposed::kNo}, a, b, two_), expected));
    EXPECT_TRUE(
        SameBits(Multiplied({shape_at, shape_b, Transposed::kYes, Transposed::kNo}, turned_a, b, two_), expected));
    EXPECT_TRUE(
        SameBits(Multiplied({shape_a, shape_bt, Transposed::kNo, Transposed::kYes}, a, turned_b, two_), expected));
    EXPECT_TRUE(SameBits(Multiplied({shape_at, shape_bt, Transposed::kYes, Transposed::kYes}, turned_a, turned_b, two_),
                         expected));
  }
}

TEST_P(MatMulTest, BroadcastsLeadingAxes) {
  const Shape shape_a{2, 1, 3, 4}, shape_b{5, 4, 6};
  const MatMulPlan plan(shape_a, shape_b, Transposed::kNo, Transposed::kNo);
  ASSERT_EQ(plan.out_shape(), (Shape{2, 5, 3, 6}));
  const auto a = RandomFloats(2 * 12, 3), b = RandomFloats(5 * 24, 4);
  const auto out = Multiplied(plan, a, b, two_);
  const MatMulPlan single({3, 4}, {4, 6}, Transposed::kNo, Transposed::kNo);
  for (std::size_t i = 0; i < 2; ++i) {
    for (std::size_t j = 0; j < 5; ++j) {
      const auto expected =
          Multiplied(single, std::span(a).subspan(i * 12, 12), std::span(b).subspan(j * 24, 24), one_);
      EXPECT_TRUE(SameBits(std::span(out).subspan((i * 5 + j) * 18, 18), expected)) << i << "," << j;
    }
  }
}

TEST_P(MatMulTest, OverNothingGivesZeros) {
  const MatMulPlan plan({2, 0}, {0, 3}, Transposed::kNo, Transposed::kNo);
  EXPECT_EQ(Multiplied(plan, {}, {}, one_), std::vector<float>(6, 0.0F));
}

TEST_P(MatMulTest, OfManyEmptyMatricesIsEmpty) {
  const std::int64_t many = std::int64_t{1} << 40;
  const MatMulPlan plan({many, 0, 3}, {many, 3, 4}, Transposed::kNo, Transposed::kNo);
  EXPECT_EQ(plan.out_shape().num_elements(), 0);
  EXPECT_TRUE(Multiplied(plan, {}, {}, one_).empty());
}

INSTANTIATE_TEST_SUITE_P(Every, MatMulTest, testing::ValuesIn(RunnableIsas()), NameOfIsa);

TEST(MatMulPlan, RefusesShapesThatDoNotFit) {
  EXPECT_THROW(MatMulPlan({2, 3}, {4, 5}, Transposed::kNo, Transposed::kNo), Error);
  EXPECT_THROW(MatMulPlan({2, 3}, {3}, Transposed::kNo, Transposed::kNo), Error);
  EXPECT_THROW(MatMulPlan({2, 2, 3}, {3, 3, 4}, Transposed::kNo, Transposed::kNo), Error);
  EXPECT_THROW(MatMulPlan({kDynamic, 3}, {3, 4}, Transposed::kNo, Transposed::kNo), Error);
}

}  // namespace
}  // namespace stepwell::kernels
