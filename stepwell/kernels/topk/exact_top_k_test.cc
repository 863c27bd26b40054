#include "stepwell/kernels/topk/exact_top_k.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

#include "stepwell/kernels/gemm/multiply.h"
#include "stepwell/kernels/test_support.h"
#include "stepwell/kernels/topk/top_k_memory.h"

namespace stepwell::kernels {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

// A matrix and one row of activations.
struct Problem {
  std::int64_t rows = 0;
  std::int64_t inputs = 0;
  std::vector<float> weights;  // [rows, inputs]
  std::vector<float> bias;     // [rows] or empty
  std::vector<float> activation;
  std::vector<std::int32_t> excluded = {};

  WeightSource Source() const {
    return DenseWeights(LazyBytes(BytesOfFloats(weights)), inputs, rows, WeightOrder::kOutputsByInputs);
  }
};

std::vector<float> NormalFloats(std::int64_t count, unsigned seed, float scale = 1) {
  std::mt19937 generator(seed);
  std::normal_distribution<float> normal(0, scale);
  std::vector<float> values(AsSize(count));
  for (float& value : values) value = normal(generator);
  return values;
}

Problem RandomProblem(std::int64_t rows, std::int64_t inputs, unsigned seed) {
  return {rows, inputs, NormalFloats(rows * inputs, seed), NormalFloats(rows, seed + 1),
          NormalFloats(inputs, seed + 2)};
}

std::vector<float> FullProduct(const Problem& problem, WorkerTeam& team) {
  std::vector<float> logits(AsSize(problem.rows));
  Multiply(PackedMatrix(problem.Source(), team), problem.activation, 1, logits, {.bias = problem.bias}, team);
  return logits;
}

// By the definition: all rows sorted, NaN last, of equals the lower first.
std::vector<RankedLogit> Sorted(const Problem& problem, std::span<const float> logits, std::int64_t k) {
  std::vector<RankedLogit> all;
  for (std::int32_t row = 0; row < problem.rows; ++row) {
    if (!std::binary_search(problem.excluded.begin(), problem.excluded.end(), row)) {
      all.push_back({row, logits[AsSize(row)]});
    }
  }
  std::stable_sort(all.begin(), all.end(), [](const RankedLogit& a, const RankedLogit& b) {
    return !std::isnan(a.logit) && (std::isnan(b.logit) || a.logit > b.logit);
  });
  all.resize(std::min(all.size(), AsSize(k)));
  return all;
}

class ExactTopKTest : public EveryIsa {
 protected:
  TopK Find(const ExactTopK& matrix, const Problem& problem, std::int64_t k) {
    return matrix.Find(problem.activation, k, problem.excluded, *memory_, two_);
  }

  // The same rows with the same bits as the full product gives.
  void ExpectExact(const Problem& problem, std::initializer_list<std::int64_t> ks) {
    const ExactTopK matrix(problem.Source(), problem.bias, two_);
    const std::vector<float> logits = FullProduct(problem, two_);
    for (const std::int64_t k : ks) {
      const TopK found = Find(matrix, problem, k);
      const auto expected = Sorted(problem, logits, k);
      ASSERT_EQ(found.rows.size(), expected.size());
      ASSERT_EQ(found.num_nan,
                k == 0 ? 0 : std::count_if(logits.begin(), logits.end(), [](float x) { return x != x; }));
      for (std::size_t at = 0; at < expected.size(); ++at) {
        ASSERT_EQ(found.rows[at].row, expected[at].row) << "k " << k << " place " << at;
        ASSERT_TRUE(SameBits({&found.rows[at].logit, 1}, {&expected[at].logit, 1})) << "k " << k << " place " << at;
      }
      ExpectCertified(problem, found, logits);
      ExpectBounded(memory_->KnownBounds(matrix.rounded().facts(), problem.bias), logits);
    }
    std::vector<float> all(logits.size());
    matrix.AllLogits(problem.activation, all, *memory_, two_);
    EXPECT_TRUE(SameBits(all, logits));
  }

  // Every logit lies within the bounds that the search worked with.
  static void ExpectBounded(std::span<const LogitBound> bounds, std::span<const float> logits) {
    for (std::size_t row = 0; row < logits.size(); ++row) {
      if (std::isinf(bounds[row].error)) continue;
      const auto logit = static_cast<double>(logits[row]);
      ASSERT_TRUE(std::isnan(logit)
                      ? std::isnan(bounds[row].estimate)
                      : logit == bounds[row].estimate || std::abs(logit - bounds[row].estimate) <= bounds[row].error)
          << "row " << row << ": " << logit << ", estimated " << bounds[row].estimate << " +- " << bounds[row].error;
    }
  }

  // No row that was not read in fp32 is above what the certificate says.
  void ExpectCertified(const Problem& problem, const TopK& found, std::span<const float> logits) {
    const TopKCertificate& certificate = found.certificate;
    std::int64_t above = 0;
    for (std::int32_t row = 0; row < problem.rows; ++row) {
      const bool excluded = std::binary_search(problem.excluded.begin(), problem.excluded.end(), row);
      if (!excluded && static_cast<double>(logits[AsSize(row)]) > certificate.highest_unread) ++above;
    }
    EXPECT_LE(above, certificate.stages[2].rows);
    EXPECT_EQ(certificate.k, std::ssize(found.rows));
    if (std::isfinite(certificate.kth_logit)) {
      EXPECT_LT(certificate.highest_unread, certificate.kth_logit);
    }
  }

  WorkerTeam two_{2};
  std::shared_ptr<TopKMemory> memory_ = ExactTopK::MakeMemory();
};

TEST_P(ExactTopKTest, FindsWhatTheFullProductGivesInRandomRows) {
  unsigned seed = 1;
  for (const std::int64_t inputs : {1, 7, 32, 33, 96, 100, 128, 200, 1024}) {
    for (const std::int64_t rows : {1, 15, 16, 17, 63, 64, 65, 300, 2000}) {
      SCOPED_TRACE(testing::Message() << rows << " rows of " << inputs);
      ExpectExact(RandomProblem(rows, inputs, seed += 3), {0, 1, 2, 5, 40, 5000});
    }
  }
}

TEST_P(ExactTopKTest, ReadsFewRowsOfManyInFp32) {
  const Problem problem = RandomProblem(20'000, 256, 5);
  const ExactTopK matrix(problem.Source(), problem.bias, two_);
  const TopK found = Find(matrix, problem, 40);
  EXPECT_EQ(found.rows, Sorted(problem, FullProduct(problem, two_), 40));
  const TopKCertificate& certificate = found.certificate;
  EXPECT_EQ(certificate.stages[0].rows, 20'000);
  EXPECT_LT(certificate.stages[1].rows, 4000);
  EXPECT_LT(certificate.stages[2].rows, 100);
  EXPECT_LT(certificate.stages[1].largest_bound, certificate.stages[0].largest_bound / 8);
  EXPECT_LT(certificate.bytes(), certificate.full_bytes() / 4);
}

// Rows that differ in their last bits only, so that bounds cannot tell them apart.
TEST_P(ExactTopKTest, TellsRowsApartThatHardlyDiffer) {
  Problem problem = RandomProblem(500, 160, 11);
  const std::vector<float> first(problem.weights.begin(), problem.weights.begin() + 160);
  std::mt19937 generator(12);
  for (std::int64_t row = 0; row < problem.rows; ++row) {
    problem.bias[AsSize(row)] = 1;
    for (std::int64_t k = 0; k < 160; ++k) {
      const float toward = generator() % 2 == 0 ? kInfinity : -kInfinity;
      problem.weights[AsSize(row * 160 + k)] = std::nextafter(first[AsSize(k)], toward);
    }
  }
  ExpectExact(problem, {1, 10, 499});
}

TEST_P(ExactTopKTest, BreaksTiesByTheRow) {
  Problem problem = RandomProblem(400, 64, 21);
  for (std::int64_t row = 0; row < problem.rows; ++row) {  // five different rows, again and again
    std::copy_n(problem.weights.begin() + row % 5 * 64, 64, problem.weights.begin() + row * 64);
    problem.bias[AsSize(row)] = problem.bias[AsSize(row % 5)];
  }
  ExpectExact(problem, {1, 79, 80, 81, 200, 400});
  std::fill(problem.weights.begin(), problem.weights.end(), 0.25F);
  std::fill(problem.bias.begin(), problem.bias.end(), -1.0F);
  ExpectExact(problem, {1, 3, 400});
  std::fill(problem.weights.begin(), problem.weights.end(), 0.0F);
  ExpectExact(problem, {1, 3, 400});
}

TEST_P(ExactTopKTest, StaysExactWhereTheScalesOfRowsAndGroupsDifferWildly) {
  for (unsigned seed = 30; seed < 40; ++seed) {
    Problem problem = RandomProblem(300, 100, seed);
    std::mt19937 generator(seed);
    for (std::int64_t row = 0; row < problem.rows; ++row) {
      const float of_row = std::ldexp(1.0F, static_cast<int>(generator() % 60) - 30);
      for (std::int64_t k = 0; k < 100; ++k) {
        float& weight = problem.weights[AsSize(row * 100 + k)];
        weight *= of_row;
        if (generator() % 20 == 0) weight *= 1000;
        if (generator() % 5 == 0) weight = 0;
      }
    }
    for (float& value : problem.activation) value *= std::ldexp(1.0F, static_cast<int>(generator() % 40) - 20);
    ExpectExact(problem, {1, 7, 100});
  }
}

TEST_P(ExactTopKTest, StaysExactAtTheEndsOfTheRangeOfFp32) {
  for (const float scale : {1e-44F, 1e-40F, 1e-37F, 1e-30F, 1e-20F, 1e20F, 1e30F, 1e37F}) {
    for (const float activation_scale : {1e-44F, 1e-38F, 1e-20F, 1.0F, 1e20F, 1e38F}) {
      SCOPED_TRACE(testing::Message() << scale << " by " << activation_scale);
      Problem problem = RandomProblem(200, 40, 50);
      for (float& weight : problem.weights) weight *= scale;
      for (float& value : problem.activation) value *= activation_scale;
      ExpectExact(problem, {1, 20});
      problem.bias.clear();
      ExpectExact(problem, {1, 20});
    }
  }
}

TEST_P(ExactTopKTest, TakesNanAndInfinityAnywhere) {
  for (const float bad : {kNan, kInfinity, -kInfinity}) {
    Problem problem = RandomProblem(300, 70, 60);
    problem.weights[AsSize(17 * 70 + 3)] = bad;
    problem.weights[AsSize(250 * 70)] = bad;
    ExpectExact(problem, {1, 10, 299, 300});
    problem.activation[3] = 0;  // times infinity is NaN
    ExpectExact(problem, {1, 10, 300});
    problem = RandomProblem(300, 70, 61);
    problem.bias[5] = bad;
    ExpectExact(problem, {1, 10, 300});
    problem.activation[69] = bad;
    ExpectExact(problem, {1, 10, 300});
  }
}

TEST_P(ExactTopKTest, TakesAnActivationOfZeros) {
  Problem problem = RandomProblem(300, 70, 65);
  std::fill(problem.activation.begin(), problem.activation.end(), 0.0F);
  ExpectExact(problem, {1, 10});
}

TEST_P(ExactTopKTest, LeavesOutExcludedRows) {
  Problem problem = RandomProblem(500, 64, 70);
  const auto best = Sorted(problem, FullProduct(problem, two_), 30);
  for (std::size_t at = 0; at < best.size(); at += 2) problem.excluded.push_back(best[at].row);
  std::sort(problem.excluded.begin(), problem.excluded.end());
  ExpectExact(problem, {1, 20, 485, 500});
  problem.activation[0] = kInfinity;
  ExpectExact(problem, {1, 20, 485, 500});
}

TEST_P(ExactTopKTest, FindsTheSameInAMatrixStoredByInputsAndAtAnyAddress) {
  const Problem problem = RandomProblem(300, 100, 80);
  std::vector<float> transposed(problem.weights.size());
  for (std::int64_t row = 0; row < 300; ++row) {
    for (std::int64_t k = 0; k < 100; ++k) {
      transposed[AsSize(k * 300 + row)] = problem.weights[AsSize(row * 100 + k)];
    }
  }
  const auto expected = Sorted(problem, FullProduct(problem, two_), 10);
  const ExactTopK by_inputs(DenseWeights(LazyBytes(BytesOfFloats(transposed)), 100, 300, WeightOrder::kInputsByOutputs),
                            problem.bias, two_);
  EXPECT_EQ(Find(by_inputs, problem, 10).rows, expected);
  const ExactTopK misaligned(
      DenseWeights(LazyBytes(MisalignedBytesOf(problem.weights)), 100, 300, WeightOrder::kOutputsByInputs),
      problem.bias, two_);
  EXPECT_EQ(Find(misaligned, problem, 10).rows, expected);
}

TEST_P(ExactTopKTest, GoesOnFromStoredCopies) {
  const Problem problem = RandomProblem(100, 64, 90);
  const ExactTopK made(problem.Source(), problem.bias, two_);
  const SharedBytes bytes = made.rounded().bytes();
  const ExactTopK stored(problem.Source(), problem.bias, RoundedRows(SharedBytes::CopyOf(bytes.span()), 100, 64));
  EXPECT_EQ(Find(stored, problem, 9).rows, Find(made, problem, 9).rows);
  EXPECT_THROW(RoundedRows(bytes, 101, 64), Error);
}

TEST_P(ExactTopKTest, BoundsTheNormaliser) {
  Problem problem = RandomProblem(3000, 128, 100);
  for (float& value : problem.activation) value *= 0.3F;
  const ExactTopK matrix(problem.Source(), problem.bias, two_);
  double sum = 0;
  for (const float logit : FullProduct(problem, two_)) sum += std::exp(static_cast<double>(logit));
  Find(matrix, problem, 40);
  const LogNormaliser bounded = matrix.BoundedNormaliser(*memory_);
  EXPECT_NEAR(bounded.value, std::log(sum), bounded.error);
  EXPECT_LT(bounded.error, 1);
  const LogNormaliser exact = matrix.ExactNormaliser(problem.activation, *memory_, two_);
  EXPECT_NEAR(exact.value, std::log(sum), exact.error);
  EXPECT_LT(exact.error, 1e-11);
  problem.activation[0] = kNan;
  Find(matrix, problem, 1);
  EXPECT_EQ(matrix.BoundedNormaliser(*memory_).error, static_cast<double>(kInfinity));
}

INSTANTIATE_TEST_SUITE_P(Every, ExactTopKTest, testing::ValuesIn(RunnableIsas()), NameOfIsa);

}  // namespace
}  // namespace stepwell::kernels
