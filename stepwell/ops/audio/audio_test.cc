#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <numeric>

#include "stepwell/ops/audio/mel.h"
#include "stepwell/ops/audio/rdft.h"
#include "tests/support/infer_op.h"
#include "tests/support/random_tensor.h"
#include "tests/support/run_op.h"

namespace stepwell::ops::audio {
namespace {

using testing::InferError;
using testing::Inferred;
using testing::Ints;
using testing::Typed;
using testing::UnknownInts;

TEST(RdftInfer, PutsBinsInPlaceOfTheAxisAndTwoPartsBehind) {
  EXPECT_EQ(Inferred(Rdft{}, {Typed({1, kDynamic, 512}), Ints({2})}), "f32[1,?,257,2]");
  EXPECT_EQ(Inferred(Rdft{}, {Typed({7, 3}), Ints({0}), Ints({16})}), "f32[9,3,2]");
  EXPECT_EQ(Inferred(Rdft{}, {Typed({7, 3}), Ints({-1}), Ints({-1})}), "f32[7,2,2]");
  EXPECT_EQ(Inferred(Rdft{}, {Typed({7, 3}), UnknownInts(1)}), "f32[?,?,2]");
}

TEST(RdftInfer, SaysWhatItCannotTransform) {
  EXPECT_EQ(InferError(Rdft{}, {Typed({7, 3}), Ints({0, 1})}), "2 axes are to be transformed; one is supported");
  EXPECT_EQ(InferError(Rdft{}, {Typed({7}, DType::kI32), Ints({0})}), "floats are transformed and data is i32[7]");
  EXPECT_EQ(InferError(Rdft{}, {Typed({7}), Ints({0}), Ints({0})}),
            "the length of a transform must be one integer above 0, or -1");
}

TEST(RdftKernel, ComputesFastWhatTheDefinitionSays) {
  testing::Random random(7);
  for (const Dim length : {2, 3, 8, 30, 64, 512}) {
    const std::int64_t axis = 1;
    const std::array inputs{testing::RandomFloats(random, {2, length, 3}),
                            Tensor::Of<std::int64_t>({1}, std::span(&axis, 1))};
    const Tensor fast = testing::RunOnConstants(Rdft{}, inputs, KernelSet::kFast);
    const Tensor plain = testing::RunOnConstants(Rdft{}, inputs, KernelSet::kReference);
    for (std::size_t i = 0; i < fast.as<float>().size(); ++i) {
      ASSERT_NEAR(fast.as<float>()[i], plain.as<float>()[i], 1e-4) << length;
    }
  }
}

// Between two centres the weights of a bin's two channels add up to 1.
TEST(MelMatrix, SharesEachBinBetweenTwoChannels) {
  const MelBands bands{.bins = 257, .sample_rate_hz = 16000, .lower_hz = 20, .upper_hz = 8000, .channels = 40};
  const std::vector<float> matrix = MelMatrix(bands);
  ASSERT_EQ(matrix.size(), 257U * 40);
  for (std::size_t bin = 0; bin < 257; ++bin) {
    const auto row = std::span(matrix).subspan(bin * 40, 40);
    const float sum = std::accumulate(row.begin(), row.end(), 0.0F);
    if (bin == 0) {
      EXPECT_EQ(sum, 0) << "below the lower limit";
    } else if (bin >= 3 && bin < 240) {
      EXPECT_NEAR(sum, 1, 1e-6) << bin;
    }
  }
}

TEST(MelMatrix, RefusesNumbersThatMakeNoBands) {
  EXPECT_EQ(MessageOf([] {
              MelMatrix({.bins = 257, .sample_rate_hz = 16000, .lower_hz = 4000, .upper_hz = 20, .channels = 40});
            }),
            "40 mel channels from 4000 to 20 Hz cannot be made of 257 bins at 16000 Hz");
}

TEST(CosineMatrix, HasOrthonormalColumnsBehindTheFirst) {
  const std::vector<float> matrix = CosineMatrix(40, 26);
  const auto product = [&](std::size_t a, std::size_t b) {
    double sum = 0;
    for (std::size_t n = 0; n < 40; ++n) sum += double{matrix[n * 26 + a]} * double{matrix[n * 26 + b]};
    return sum;
  };
  EXPECT_NEAR(product(0, 0), 2, 1e-6);
  EXPECT_NEAR(product(5, 5), 1, 1e-6);
  EXPECT_NEAR(product(5, 9), 0, 1e-6);
  EXPECT_EQ(MessageOf([] { CosineMatrix(10, 11); }), "11 coefficients cannot be made of 10 channels");
}

}  // namespace
}  // namespace stepwell::ops::audio
