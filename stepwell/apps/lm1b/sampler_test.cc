#include "stepwell/apps/lm1b/sampler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <numeric>
#include <random>

#include "stepwell/base/error.h"
#include "stepwell/base/npy.h"
#include "tests/support/message_of.h"

namespace stepwell::apps {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const std::vector<float> kFive = {0.1f, 0.4f, 0.05f, 0.15f, 0.3f};

std::map<std::int32_t, double> SharesOf(Sampler sampler, std::span<const float> probabilities, int draws) {
  std::map<std::int32_t, double> shares;
  for (int i = 0; i < draws; ++i) shares[sampler.Draw(probabilities)] += 1.0 / draws;
  return shares;
}

// Every word's share of the draws is its probability, to within five standard deviations.
void ExpectShares(const SamplerOptions& options, const std::map<std::int32_t, double>& expected) {
  constexpr int kDraws = 100'000;
  const auto shares = SharesOf(Sampler(options), kFive, kDraws);
  ASSERT_EQ(shares.size(), expected.size());
  for (const auto& [id, share] : expected) {
    EXPECT_NEAR(shares.at(id), share, 5 * std::sqrt(share * (1 - share) / kDraws)) << id;
  }
}

TEST(SplitMix64, GivesThePublishedNumbers) {
  // The five numbers that Vigna's splitmix64.c gives from the seed 1234567.
  SplitMix64 random(1234567);
  EXPECT_EQ(random.Next(), 6457827717110365317u);
  EXPECT_EQ(random.Next(), 3203168211198807973u);
  EXPECT_EQ(random.Next(), 9817491932198370423u);
  EXPECT_EQ(random.Next(), 4593380528125082431u);
  EXPECT_EQ(random.Next(), 16408922859458223821u);
}

TEST(Sampler, DrawsEveryWordWithItsProbability) {
  ExpectShares({.seed = 1}, {{0, 0.1}, {1, 0.4}, {2, 0.05}, {3, 0.15}, {4, 0.3}});
}

TEST(Sampler, SharpensAndFlattensByTemperature) {
  double sum_of_squares = 0;
  for (const float p : kFive) sum_of_squares += p * p;
  std::map<std::int32_t, double> squared;
  for (std::size_t i = 0; i < 5; ++i) {
    squared[static_cast<std::int32_t>(i)] = kFive[i] * kFive[i] / sum_of_squares;
  }
  ExpectShares({.temperature = 0.5, .seed = 2}, squared);
}

TEST(Sampler, TakesTheLikeliestWordAtTemperatureZero) {
  Sampler sampler({.temperature = 0});
  EXPECT_EQ(sampler.Draw(kFive), 1);
  EXPECT_EQ(sampler.Draw(std::vector<float>{0.2f, 0.4f, 0.4f}), 1) << "of equals the lower id";
}

TEST(Sampler, KeepsTheLikeliestWords) {
  ExpectShares({.top_k = 2, .seed = 3}, {{1, 0.4 / 0.7}, {4, 0.3 / 0.7}});
  ExpectShares({.top_p = 0.65, .seed = 4}, {{1, 0.4 / 0.7}, {4, 0.3 / 0.7}});
  ExpectShares({.top_p = 0.75, .seed = 5}, {{1, 0.4 / 0.85}, {4, 0.3 / 0.85}, {3, 0.15 / 0.85}});
  // Of the three likeliest, the two likeliest have 0.7 / 0.85 = 0.82 of the probability.
  ExpectShares({.top_k = 3, .top_p = 0.8, .seed = 6}, {{1, 0.4 / 0.7}, {4, 0.3 / 0.7}});
}

TEST(Sampler, KeepsTheFewestWordsThatReachTheShareOfALargeVocabulary) {
  std::vector<float> probabilities(5000);
  std::mt19937 random(7);
  for (float& p : probabilities) p = static_cast<float>(random() % 1000 + 1);
  std::vector<float> sorted = probabilities;
  std::sort(sorted.begin(), sorted.end(), std::greater<>());
  const double total = std::accumulate(sorted.begin(), sorted.end(), 0.0);
  double reached = 0;
  float least = 0;
  for (std::size_t i = 0; reached < 0.3 * total; ++i) reached += least = sorted[i];
  Sampler sampler({.top_p = 0.3, .seed = 8});
  for (int i = 0; i < 2000; ++i) EXPECT_GE(probabilities[static_cast<std::size_t>(sampler.Draw(probabilities))], least);
}

TEST(Sampler, NeverDrawsForbiddenWords) {
  Sampler sampler({.seed = 9}, {4, 1});
  for (int i = 0; i < 200; ++i) EXPECT_THAT(sampler.Draw(kFive), testing::AnyOf(0, 2, 3));
}

TEST(Sampler, DrawsFromLogitsWhatItDrawsFromProbabilities) {
  const std::vector<kernels::RankedLogit> logits = {
      {1, std::log(0.4f)}, {4, std::log(0.3f)}, {3, std::log(0.15f)}, {0, std::log(0.1f)}, {2, std::log(0.05f)}};
  for (const SamplerOptions& options :
       {SamplerOptions{.seed = 11}, SamplerOptions{.temperature = 0.6, .top_k = 3, .seed = 12},
        SamplerOptions{.top_k = 4, .top_p = 0.8, .seed = 13}, SamplerOptions{.top_k = 9, .seed = 14}}) {
    Sampler from_all(options);
    Sampler from_logits(options);
    const auto count = static_cast<std::size_t>(std::min<std::int64_t>(options.top_k.value_or(5), 5));
    for (int i = 0; i < 300; ++i) {
      ASSERT_EQ(from_logits.DrawLogits(std::span(logits).first(count)), from_all.Draw(kFive)) << i;
    }
  }
  EXPECT_EQ(Sampler({.temperature = 0}).DrawLogits(logits), 1);
}

TEST(Sampler, RefusesLogitsThatAreNoNumbers) {
  Sampler sampler({.top_k = 2});
  using Logits = std::vector<kernels::RankedLogit>;
  EXPECT_THAT(MessageOf([&] { sampler.DrawLogits({}); }), HasSubstr("no word that may be drawn"));
  EXPECT_THAT(MessageOf([&] { sampler.DrawLogits(Logits{{3, INFINITY}}); }), HasSubstr("the logit of word 3 is inf"));
  EXPECT_THAT(MessageOf([&] { sampler.DrawLogits(Logits{{3, 1}, {4, NAN}}); }), HasSubstr("word 4 is nan"));
  EXPECT_THAT(MessageOf([&] { sampler.DrawLogits(Logits{{3, -INFINITY}}); }), HasSubstr("has a positive probability"));
}

TEST(Sampler, DrawsTheSameFromTheSameSeedAndFromASavedState) {
  Sampler sampler({.seed = 10});
  std::vector<std::int32_t> first;
  for (int i = 0; i < 50; ++i) first.push_back(sampler.Draw(kFive));
  Sampler again({.seed = 10});
  std::vector<std::int32_t> second;
  for (int i = 0; i < 50; ++i) {
    ByteWriter writer;
    again.Save(writer);
    Sampler restored({.seed = 99});
    ByteReader reader(writer.bytes(), "sampler");
    restored.Restore(reader);
    reader.ExpectEnd();
    second.push_back(again.Draw(kFive));
    EXPECT_EQ(restored.Draw(kFive), second.back());
  }
  EXPECT_EQ(first, second);
  sampler.Reset();
  EXPECT_EQ(sampler.Draw(kFive), first.front());
}

TEST(Sampler, RefusesOptionsOutOfRangeAndWhatIsNoDistribution) {
  EXPECT_THAT(MessageOf([] { Sampler({.temperature = -1}); }), HasSubstr("the temperature must be 0 or a positive"));
  EXPECT_THAT(MessageOf([] { Sampler({.top_k = 0}); }), HasSubstr("top-k must be at least 1, 0 given"));
  EXPECT_THAT(MessageOf([] { Sampler({.top_p = 1.5}); }), HasSubstr("top-p must be over 0 and at most 1, 1.5 given"));
  Sampler sampler({}, {0});
  EXPECT_THAT(MessageOf([&] { sampler.Draw(std::vector<float>{1, 0}); }), HasSubstr("no word that may be drawn"));
  EXPECT_THAT(MessageOf([&] { sampler.Draw(std::vector<float>{1, std::nanf("")}); }), HasSubstr("word 1 is nan"));
}

// For every step of a recorded sentence, the 32 likeliest words as NumPy sorted TensorFlow's softmax.
TEST(LikeliestWords, AreThoseThatNumPyFinds) {
  constexpr std::size_t kWords = 5000;
  const std::string folder = STEPWELL_SOURCE_DIR "/models/lm_1b/kjv/recorded/s0/";
  const Tensor all_ids = ReadNpy(folder + "softmax_topk_ids.npy");
  const Tensor all_values = ReadNpy(folder + "softmax_topk.npy");
  const auto count = AsSize(all_ids.type().shape[1]);
  const auto steps = AsSize(all_ids.type().shape[0]);
  for (std::size_t step = 0; step < steps; ++step) {
    const auto ids = all_ids.as<std::int32_t>().subspan(step * count, count);
    const auto values = all_values.as<float>().subspan(step * count, count);
    std::vector<float> probabilities(kWords);
    std::vector<RankedWord> expected;
    for (std::size_t i = 0; i < count; ++i) {
      probabilities[AsSize(ids[i])] = values[i];
      expected.push_back({ids[i], values[i]});
    }
    EXPECT_EQ(LikeliestWords(probabilities, count), expected) << step;
  }
}

TEST(LikeliestWords, AreAllWordsWhenFewerThanAskedFor) {
  EXPECT_THAT(LikeliestWords(std::vector<float>{0.25f, 0.5f, 0.25f}, 9),
              ElementsAre(RankedWord{1, 0.5f}, RankedWord{0, 0.25f}, RankedWord{2, 0.25f}));
}

}  // namespace
}  // namespace stepwell::apps
