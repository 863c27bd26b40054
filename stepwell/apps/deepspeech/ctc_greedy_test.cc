#include "stepwell/apps/deepspeech/ctc_greedy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "stepwell/apps/deepspeech/alphabet.h"
#include "stepwell/apps/deepspeech/transcript.h"
#include "stepwell/base/error.h"
#include "tests/support/ctc_recordings.h"

namespace stepwell::apps {
namespace {

using testing::ElementsAre;

// Rows over two labels and the blank in which `classes` are the likeliest, one after the other.
std::vector<std::vector<float>> RowsOf(const std::vector<std::int32_t>& classes) {
  std::vector<std::vector<float>> rows;
  for (const std::int32_t best : classes) {
    rows.emplace_back(3, std::log(0.1f));
    rows.back()[static_cast<std::size_t>(best)] = std::log(0.8f);
  }
  return rows;
}

TEST(CtcGreedy, WritesTheExpectedTextOfEveryRecording) {
  const Alphabet alphabet = Alphabet::English();
  for (const TrainedRecording& recording : TrainedRecordings()) {
    CtcGreedy decoder(alphabet.blank());
    for (const auto& row : recording.rows) decoder.Push(row);
    EXPECT_EQ(TextOf(decoder.Finish(1).front(), alphabet), recording.expected["greedy"].get<std::string>());
  }
}

TEST(CtcGreedy, JoinsRepeatsUnlessABlankPartsThem) {
  CtcGreedy decoder(2);
  for (const auto& row : RowsOf({2, 0, 0, 2, 0, 1, 1, 0})) decoder.Push(row);
  EXPECT_THAT(decoder.Best().letters, ElementsAre(Letter{0, 1}, Letter{0, 4}, Letter{1, 5}, Letter{0, 7}));
  EXPECT_NEAR(decoder.Best().score, 8 * std::log(0.8), 1e-6);
}

TEST(CtcGreedy, TakesTheFirstOfEqualClasses) {
  CtcGreedy decoder(2);
  decoder.Push(std::vector<float>(3, std::log(1.0f / 3)));
  EXPECT_THAT(decoder.Best().letters, ElementsAre(Letter{0, 0}));
}

TEST(CtcGreedy, GoesOnFromASavedStateBitForBit) {
  ExpectGoesOnAfterRestoring(CtcGreedy(28), TrainedRecordings().front().rows, 1);
}

TEST(CtcGreedy, SurvivesADamagedState) {
  CtcGreedy decoder(2);
  for (const auto& row : RowsOf({2, 0, 1})) decoder.Push(row);
  ExpectSurvivesDamage(decoder, RowsOf({0}).front());
}

TEST(CtcGreedy, RefusesRowsOfAnotherSizeAndNaN) {
  CtcGreedy decoder(2);
  EXPECT_THROW(decoder.Push(std::vector<float>(4)), Error);
  EXPECT_THROW(decoder.Push(std::vector<float>{0, std::nanf(""), 0}), Error);
}

TEST(ToLogProbabilities, NormalisesLogits) {
  std::vector<float> log_probabilities(3);
  ToLogProbabilities(RowKind::kLogits, std::vector<float>{1000, 1001, 999}, log_probabilities);
  EXPECT_NEAR(std::exp(log_probabilities[1]), 0.66524096, 1e-6);  // scipy.special.softmax
  EXPECT_NEAR(std::exp(log_probabilities[2]), 0.09003057, 1e-6);
}

TEST(ToLogProbabilities, GivesProbabilityZeroALogarithm) {
  std::vector<float> log_probabilities(2);
  ToLogProbabilities(RowKind::kProbabilities, std::vector<float>{0, 1}, log_probabilities);
  EXPECT_FLOAT_EQ(log_probabilities[0], std::log(std::numeric_limits<float>::min()));
  EXPECT_EQ(log_probabilities[1], 0);
}

}  // namespace
}  // namespace stepwell::apps
