#include "stepwell/apps/deepspeech/word_errors.h"

#include <gtest/gtest.h>

namespace stepwell::apps {
namespace {

TEST(WordErrors, CountsWordsPutInTakenOutAndReplaced) {
  EXPECT_EQ(CountWordErrors("turn the light on", "turn the light on").errors, 0U);
  EXPECT_EQ(CountWordErrors("turn the light on", "turn light off now").errors, 3U);
  EXPECT_EQ(CountWordErrors("turn the light on", "").errors, 4U);
  EXPECT_EQ(CountWordErrors("", "turn the").errors, 2U);
  EXPECT_EQ(CountWordErrors(" turn\tthe \n", "turn  the").errors, 0U);
}

// By the transcripts and greedy texts that models/deepspeech/trained/expected.json records.
TEST(WordErrors, GivesTheRateOfWhatWasSaid) {
  WordErrors sum = CountWordErrors("what is the weather in rome tomorrow", "what is the wether in rom tomow");
  EXPECT_EQ(sum.errors, 3U);
  EXPECT_DOUBLE_EQ(sum.rate(), 3.0 / 7);
  sum += CountWordErrors("six five four one one three oh zero", "six five four one one three oh zero");
  EXPECT_EQ(sum.words, 15U);
  EXPECT_DOUBLE_EQ(sum.rate(), 0.2);
  EXPECT_EQ(WordErrors().rate(), 0);
}

}  // namespace
}  // namespace stepwell::apps
