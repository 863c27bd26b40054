#include "stepwell/kernels/gemm/multiply.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "stepwell/kernels/gemm/compressed_test_support.h"
#include "stepwell/kernels/gemm/panel.h"
#include "stepwell/kernels/test_support.h"

namespace stepwell::kernels {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

struct Case {
  std::int64_t inputs;
  std::int64_t outputs;
  std::vector<float> weights;  // [inputs, outputs]
  PackedMatrix packed;

  Case(std::int64_t k, std::int64_t n, WorkerTeam& team)
      : inputs(k),
        outputs(n),
        weights(RandomFloats(k * n, 1)),
        packed(DenseWeights(BytesOfFloats(weights), k, n, WeightOrder::kInputsByOutputs), team) {}
};

std::vector<float> Product(const Case& problem, std::span<const float> a, WorkerTeam& team,
                           const Epilogue& epilogue = {}) {
  const std::int64_t rows = std::ssize(a) / problem.inputs;
  std::vector<float> out(AsSize(rows * problem.outputs), kNan);  // what is there before must not matter
  AlignedBuffer scratch(MultiplyScratchBytes(problem.packed, rows));
  Multiply(problem.packed, a, rows, out, epilogue, team, scratch.span());
  return out;
}

// Within the bound that any order of summation in fp32 keeps: inputs * eps * sum of |a * w|; further roundings (of
// scaled weights, of sums by scales) add one eps each.
void ExpectNearTruth(const Case& problem, std::span<const float> a, std::span<const float> out,
                     int further_roundings = 0) {
  for (std::int64_t at = 0; at < std::ssize(out); ++at) {
    const std::int64_t row = at / problem.outputs;
    const std::int64_t column = at % problem.outputs;
    double sum = 0;
    double magnitude = 0;
    for (std::int64_t k = 0; k < problem.inputs; ++k) {
      const double term =
          double{a[AsSize(row * problem.inputs + k)]} * double{problem.weights[AsSize(k * problem.outputs + column)]};
      sum += term;
      magnitude += std::abs(term);
    }
    const double bound = static_cast<double>(problem.inputs + further_roundings) * 0x1p-24 * magnitude;
    ASSERT_NEAR(out[AsSize(at)], sum, bound) << "row " << row << " column " << column;
  }
}

class MultiplyTest : public EveryIsa {
 protected:
  WorkerTeam one_{1};
  WorkerTeam two_{2};
};

TEST_P(MultiplyTest, AgreesWithSumsInDouble) {
  for (const std::int64_t inputs : {1, 2, 3, 5, 17, 63, 64, 65, 200, 494}) {
    for (const std::int64_t outputs : {1, 2, 3, 5, 17, 63, 64, 65, 130}) {
      const Case problem(inputs, outputs, two_);
      for (const std::int64_t rows : {1, 2, 3, 4, 5, 6, 7, 13}) {
        const auto a = RandomFloats(rows * inputs, 2);
        ExpectNearTruth(problem, a, Product(problem, a, two_));
      }
    }
  }
}

TEST_P(MultiplyTest, GivesARowTheSameBitsInAnyBatchAndOnAnyNumberOfThreads) {
  struct Size {
    std::int64_t inputs, outputs;
  };
  for (const Size size : {Size{2048, 200}, Size{494, 520}, Size{300, 29}, Size{65, 1}}) {
    const Case problem(size.inputs, size.outputs, two_);
    const auto a = RandomFloats(100 * size.inputs, 3);
    const auto all = std::span<const float>(a);
    std::vector<float> singles;
    for (std::int64_t row = 0; row < 100; ++row) {
      const auto single = Product(problem, all.subspan(AsSize(row * size.inputs), AsSize(size.inputs)), one_);
      singles.insert(singles.end(), single.begin(), single.end());
    }
    for (const std::int64_t rows : {2, 3, 4, 5, 6, 7, 8, 16, 17, 33, 48, 49, 64, 100}) {
      const auto some = all.first(AsSize(rows * size.inputs));
      const auto expected = std::span<const float>(singles).first(AsSize(rows * size.outputs));
      EXPECT_TRUE(SameBits(Product(problem, some, one_), expected)) << rows << " rows";
      EXPECT_TRUE(SameBits(Product(problem, some, two_), expected)) << rows << " rows on two threads";
    }
  }
}

// A stretch of the inputs, or each with some probability, is exactly zero, in all rows or in each row differently.
std::vector<float> WithZeros(std::int64_t rows, std::int64_t inputs, int sixteenths, bool in_all_rows) {
  auto a = RandomFloats(rows * inputs, 11);
  const auto chance = RandomFloats(rows * inputs, 12);  // in [-1, 1)
  for (std::int64_t at = 0; at < rows * inputs; ++at) {
    const float draw = chance[AsSize(in_all_rows ? at % inputs : at)];
    if (draw < static_cast<float>(sixteenths) / 8 - 1) a[AsSize(at)] = at % 2 == 0 ? 0.0F : -0.0F;
  }
  return a;
}

constexpr Compression kCompressions[] = {{DType::kBF16, 0}, {DType::kI8, -1}, {DType::kI8, 32}, {DType::kI8, 128},
                                         {DType::kI4, -1},  {DType::kI4, 32}, {DType::kI4, 64}, {DType::kBF16, -1}};

TEST_P(MultiplyTest, MultipliesByCompressedWeightsAsByTheFloatsTheyStandFor) {
  for (const Compression& compression : kCompressions) {
    for (const auto order : {WeightOrder::kInputsByOutputs, WeightOrder::kOutputsByInputs}) {
      for (const std::int64_t inputs : {1, 33, 128, 256}) {
        if (compression.group > 0 && inputs % compression.group != 0) continue;
        SCOPED_TRACE(testing::PrintToString(compression) + ", inputs: " + std::to_string(inputs));
        const std::int64_t outputs = 130;
        const auto compressed = RandomCompressed(compression, inputs, outputs, order);
        const auto floats = DenseWeights(compressed->Make(), inputs, outputs, order);
        const auto source = DenseWeights(LazyBytes(compressed), inputs, outputs, order);
        Case problem(inputs, outputs, two_);
        for (std::int64_t at = 0; at < inputs * outputs; ++at) {
          problem.weights[AsSize(at)] = ElementOf(floats, at / outputs, at % outputs);
          ASSERT_EQ(ElementOf(source, at / outputs, at % outputs), problem.weights[AsSize(at)]);
        }
        problem.packed = PackedMatrix(source, two_);
        ASSERT_EQ(problem.packed.dtype(), compression.dtype);
        const auto a = RandomFloats(7 * inputs, 2);
        const auto out = Product(problem, a, two_);
        ExpectNearTruth(problem, a, out, 2);
        for (std::int64_t row = 0; row < 7; ++row) {
          const auto single = Product(problem, std::span(a).subspan(AsSize(row * inputs), AsSize(inputs)), one_);
          ASSERT_TRUE(SameBits(single, std::span(out).subspan(AsSize(row * outputs), AsSize(outputs))));
        }
        const auto sparse = WithZeros(3, inputs, 12, true);
        ExpectNearTruth(problem, sparse, Product(problem, sparse, two_), 2);
      }
    }
  }
}

TEST_P(MultiplyTest, KeepsItsBitsWhereItSkipsZeros) {
  for (const std::int64_t inputs : {1, 17, 95, 96, 97, 500, 2048}) {
    const Case problem(inputs, 300, two_);
    auto infinite = problem.weights;  // one infinite weight past the last output keeps it from skipping
    for (std::int64_t k = inputs; k > 0; --k) infinite.insert(infinite.begin() + k * 300, kInfinity);
    const PackedMatrix dense(DenseWeights(BytesOfFloats(infinite), inputs, 301, WeightOrder::kInputsByOutputs), two_);
    ASSERT_FALSE(dense.is_finite());
    for (const std::int64_t rows : {1, 2, 5, 6, 16, 49}) {
      for (const int sixteenths : {0, 1, 9, 15, 16}) {
        const auto a = WithZeros(rows, inputs, sixteenths, rows % 2 == 0);
        std::vector<float> expected(AsSize(rows * 301));
        Multiply(dense, a, rows, expected, {}, one_);
        const auto out = Product(problem, a, two_);
        for (std::int64_t row = 0; row < rows; ++row) {
          ASSERT_TRUE(SameBits(std::span(out).subspan(AsSize(row * 300), 300),
                               std::span(expected).subspan(AsSize(row * 301), 300)))
              << inputs << " inputs, " << rows << " rows, " << sixteenths << "/16 zeros";
        }
      }
    }
  }
}

TEST_P(MultiplyTest, MultipliesInfiniteWeightsByZeroToNan) {
  auto weights = RandomFloats(64 * 300, 1);
  weights[10 * 300 + 7] = kInfinity;
  const PackedMatrix packed(DenseWeights(BytesOfFloats(weights), 64, 300, WeightOrder::kInputsByOutputs), two_);
  std::vector<float> out(300);
  Multiply(packed, std::vector<float>(64), 1, out, {}, two_);
  for (std::size_t n = 0; n < 300; ++n) ASSERT_EQ(std::isnan(out[n]), n == 7);
}

TEST_P(MultiplyTest, ContinuesFromTheOutput) {
  // The inputs in two parts, the second continuing the first where a chain ends, so the bits are those of the whole.
  const std::int64_t inputs = 250, part = 2 * kChainInputs, outputs = 70, rows = 9;
  const Case whole(inputs, outputs, two_);
  const auto source = DenseWeights(BytesOfFloats(whole.weights), inputs, outputs, WeightOrder::kInputsByOutputs);
  const PackedMatrix first(InputsOf(source, 0, part), two_);
  const PackedMatrix second(InputsOf(source, part, inputs - part), two_);
  const auto a = RandomFloats(rows * inputs, 4);
  std::vector<float> a_first, a_second;
  for (std::int64_t row = 0; row < rows; ++row) {
    const auto begin = a.begin() + row * inputs;
    a_first.insert(a_first.end(), begin, begin + part);
    a_second.insert(a_second.end(), begin + part, begin + inputs);
  }
  std::vector<float> out(AsSize(rows * outputs));
  Multiply(first, a_first, rows, out, {}, two_);
  Multiply(second, a_second, rows, out, {.start = Epilogue::Start::kOutput}, two_);
  EXPECT_TRUE(SameBits(out, Product(whole, a, one_)));
}

TEST_P(MultiplyTest, AddsTheBiasAndThenBounds) {
  const Case problem(20, 70, two_);
  const auto a = RandomFloats(3 * 20, 5);
  const auto bias = RandomFloats(70, 6);
  const auto plain = Product(problem, a, two_);
  const auto bounded = Product(problem, a, two_, {.bias = bias, .low = 0, .high = 1});
  for (std::size_t at = 0; at < plain.size(); ++at) {
    ASSERT_EQ(bounded[at], std::clamp(plain[at] + bias[at % 70], 0.0F, 1.0F));
  }
  EXPECT_TRUE(std::ranges::count(bounded, 0.0F) > 0 && std::ranges::count(bounded, 1.0F) > 0);
}

TEST_P(MultiplyTest, AppliesActivations) {
  const Case problem(20, 70, two_);
  const auto a = RandomFloats(3 * 20, 7);
  const auto plain = Product(problem, a, two_);
  const auto sigmoid = Product(problem, a, two_, {.activation = Epilogue::Activation::kSigmoid});
  const auto tanh = Product(problem, a, two_, {.activation = Epilogue::Activation::kTanh});
  for (std::size_t at = 0; at < plain.size(); ++at) {
    ASSERT_NEAR(sigmoid[at], 1 / (1 + std::exp(-double{plain[at]})), 2e-7);
    ASSERT_NEAR(tanh[at], std::tanh(double{plain[at]}), 2e-7);
  }
}

TEST_P(MultiplyTest, AddsOtherRowsBeforeItActivates) {
  const Case problem(20, 70, two_);
  const auto a = RandomFloats(50 * 20, 7), bias = RandomFloats(70, 6), addend = RandomFloats(50 * 70, 10);
  const auto plain = Product(problem, a, two_);
  const auto added = Product(problem, a, two_, {.bias = bias, .addend = addend});
  const Epilogue::Activation tanh = Epilogue::Activation::kGeluTanh, erf = Epilogue::Activation::kGeluErf;
  const auto by_tanh = Product(problem, a, two_, {.bias = bias, .addend = addend, .activation = tanh});
  const auto by_erf = Product(problem, a, two_, {.bias = bias, .addend = addend, .activation = erf});
  for (std::size_t at = 0; at < plain.size(); ++at) {
    ASSERT_EQ(added[at], plain[at] + addend[at] + bias[at % 70]);
    const double x = double{added[at]};
    ASSERT_NEAR(by_tanh[at], x / 2 * (1 + std::tanh(std::sqrt(M_2_PI) * (x + 0.044715 * x * x * x))), 2e-6);
    ASSERT_NEAR(by_erf[at], x / 2 * (1 + std::erf(x * M_SQRT1_2)), 2e-6);
  }
}

TEST_P(MultiplyTest, KeepsNanInItsRow) {
  const Case problem(20, 70, two_);
  auto a = RandomFloats(3 * 20, 8);
  const auto clean = Product(problem, a, two_, {.low = 0, .high = 20});
  a[25] = kNan;
  const auto out = Product(problem, a, two_, {.low = 0, .high = 20});
  for (std::size_t at = 0; at < out.size(); ++at) {
    const bool second_row = at / 70 == 1;
    ASSERT_EQ(std::isnan(out[at]), second_row);
    if (!second_row) {
      ASSERT_EQ(out[at], clean[at]);
    }
  }
}

TEST_P(MultiplyTest, OverNoInputsGivesTheBias) {
  const PackedMatrix empty(DenseWeights({}, 0, 3, WeightOrder::kInputsByOutputs), one_);
  const std::vector<float> bias = {1, -2, kInfinity};
  std::vector<float> out(6);
  Multiply(empty, {}, 2, out, {.bias = bias}, one_);
  EXPECT_EQ(out, (std::vector<float>{1, -2, kInfinity, 1, -2, kInfinity}));
}

// By weights that ask for activations of 8-bit integers.
Case IntegerCase(Compression compression, std::int64_t inputs, std::int64_t outputs, WorkerTeam& team) {
  const WeightOrder order = WeightOrder::kOutputsByInputs;
  const auto compressed = RandomCompressed(compression, inputs, outputs, order, ActivationFormat::kInt8);
  const auto floats = DenseWeights(compressed->Make(), inputs, outputs, order);
  Case problem(inputs, outputs, team);
  for (std::int64_t at = 0; at < inputs * outputs; ++at) {
    problem.weights[AsSize(at)] = ElementOf(floats, at / outputs, at % outputs);
  }
  problem.packed = PackedMatrix(DenseWeights(LazyBytes(compressed), inputs, outputs, order), team,
                                PackedBlocks::Fresh(), Inputs::kOftenZero);
  return problem;
}

constexpr Compression kIntegerCompressions[] = {{DType::kI8, -1}, {DType::kI8, 50}, {DType::kI4, 20}};

TEST_P(MultiplyTest, RoundsActivationsToIntegersWhereTheWeightsAskForIt) {
  for (const Compression& compression : kIntegerCompressions) {
    const Case problem = IntegerCase(compression, 500, 130, two_);
    ASSERT_EQ(problem.packed.activations(), ActivationFormat::kInt8);
    const auto a = WithZeros(9, 500, 8, true);
    const auto out = Product(problem, a, two_);
    // An activation is off by half a step at most, a 254th of the largest.
    for (std::int64_t at = 0; at < std::ssize(out); ++at) {
      double sum = 0, magnitude = 0;
      for (std::int64_t k = 0; k < 500; ++k) {
        const double weight = problem.weights[AsSize(k * 130 + at % 130)];
        sum += double{a[AsSize(at / 130 * 500 + k)]} * weight;
        if (a[AsSize(at / 130 * 500 + k)] != 0) magnitude += std::abs(weight);
      }
      ASSERT_NEAR(out[AsSize(at)], sum, magnitude / 254 * 1.0001);
    }
  }
}

TEST_P(MultiplyTest, GivesARowTheSameBitsInAnyBatchByIntegers) {
  for (const Compression& compression : kIntegerCompressions) {
    for (const std::int64_t outputs : {520, 29}) {
      const Case problem = IntegerCase(compression, 700, outputs, two_);
      auto a = WithZeros(100, 700, 9, false);
      for (std::int64_t at = 0; at < 50 * 700; ++at) a[AsSize(at)] = std::abs(a[AsSize(at)]);
      std::vector<float> singles;
      for (std::int64_t row = 0; row < 100; ++row) {
        const auto single = Product(problem, std::span(a).subspan(AsSize(row * 700), 700), one_, {.low = -0.5F});
        singles.insert(singles.end(), single.begin(), single.end());
      }
      for (std::int64_t rows = 2; rows <= 100; rows += rows < 64 ? 1 : 36) {
        const auto some = std::span<const float>(a).first(AsSize(rows * 700));
        const auto expected = std::span<const float>(singles).first(AsSize(rows * outputs));
        ASSERT_TRUE(SameBits(Product(problem, some, one_, {.low = -0.5F}), expected)) << rows << " rows";
        ASSERT_TRUE(SameBits(Product(problem, some, two_, {.low = -0.5F}), expected)) << rows << " rows, two threads";
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Every, MultiplyTest, testing::ValuesIn(RunnableIsas()), NameOfIsa);

TEST(Multiply, GivesTheSameBitsOnAllInstructionSetsByIntegers) {
  WorkerTeam team(1);
  for (const Compression& compression : kIntegerCompressions) {
    const Case problem = IntegerCase(compression, 700, 130, team);
    const auto a = RandomFloats(7 * 700, 9);
    const auto expected = Product(problem, a, team);
    for (const Isa isa : RunnableIsas()) {
      ForceIsa(isa);
      EXPECT_TRUE(SameBits(Product(problem, a, team), expected)) << IsaName(isa);
    }
    ForceIsa(ChosenIsa());
  }
}

TEST(Multiply, GivesTheSameBitsOnAvx2AndAvx512) {
  if (MachineIsa() < Isa::kAvx512) GTEST_SKIP() << "this machine has no AVX-512";
  WorkerTeam team(1);
  const Case problem(700, 130, team);
  const auto a = RandomFloats(7 * 700, 9);
  ForceIsa(Isa::kAvx2);
  const auto narrow = Product(problem, a, team, {.activation = Epilogue::Activation::kTanh});
  ForceIsa(Isa::kAvx512);
  const auto wide = Product(problem, a, team, {.activation = Epilogue::Activation::kTanh});
  ForceIsa(ChosenIsa());
  EXPECT_TRUE(SameBits(narrow, wide));
}

}  // namespace
}  // namespace stepwell::kernels
