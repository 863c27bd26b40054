// `stepwell sample` with --top-k: the likeliest words, found without all probabilities, and what certifies them.
#include <cmath>

#include "tests/cli/command_line.h"

namespace stepwell::tests {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class Sample : public CommandLine {
 protected:
  static std::vector<std::string> Kjv(const std::vector<std::string>& more) {
    std::vector<std::string> arguments = {"sample",
                                          Model("lm_1b/kjv/graph.pbtxt"),
                                          "--input_checkpoint",
                                          Model("lm_1b/kjv/ckpt"),
                                          "--vocab",
                                          Model("lm_1b/kjv/vocab.txt"),
                                          "--prefix",
                                          "And the LORD said unto",
                                          "--count",
                                          "8"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
  }
};

TEST_F(Sample, CertifiesWhatItDrewFrom) {
  const nlohmann::json report = Json(Kjv({"--top-k", "40", "--seed", "7", "--certificate"}));
  ASSERT_FALSE(report["words"].empty());
  for (const auto& word : report["words"]) {
    const auto& certificate = word["certificate"];
    EXPECT_EQ(certificate["k"], 40);
    EXPECT_EQ(certificate["rows"], 5000);
    EXPECT_EQ(certificate["stages"][0]["bits"], 4);
    EXPECT_EQ(certificate["stages"][0]["rows"], 5000);
    EXPECT_LT(certificate["stages"][1]["rows"], 2500);
    EXPECT_LT(certificate["stages"][2]["rows"], 250);
    EXPECT_LT(certificate["highest_unread"].get<double>(), certificate["kth_logit"].get<double>());
    EXPECT_GE(word["logit"].get<double>(), certificate["kth_logit"].get<double>());
    EXPECT_LT(certificate["bytes"].get<double>(), certificate["full_bytes"].get<double>() / 3);
  }
}

TEST_F(Sample, GivesTheSameWordsAndProbabilitiesAsFromAllWords) {
  const nlohmann::json few = Json(Kjv({"--temperature", "0"}));
  const nlohmann::json all = Json(Kjv({"--temperature", "0.001"}));  // the likeliest word is all but certain
  EXPECT_EQ(Each(few["words"], "word"), Each(all["words"], "word"));
  for (std::size_t at = 0; at < few["words"].size(); ++at) {
    const double expected = all["words"][at]["probability"];
    EXPECT_NEAR(few["words"][at]["probability"].get<double>(), expected, 4e-6 * expected);
  }
}

TEST_F(Sample, BoundsProbabilitiesWhereItDoesNotReadAllWords) {
  const nlohmann::json exact = Json(Kjv({"--top-k", "40", "--seed", "7"}));
  const nlohmann::json bounded = Json(Kjv({"--top-k", "40", "--seed", "7", "--normaliser", "bounded"}));
  EXPECT_EQ(Each(bounded["words"], "word"), Each(exact["words"], "word"));
  for (std::size_t at = 0; at < exact["words"].size(); ++at) {
    const auto& word = bounded["words"][at];
    const double probability = exact["words"][at]["probability"];
    EXPECT_LE(word["probability_at_least"].get<double>(), probability);
    EXPECT_GE(word["probability_at_most"].get<double>(), probability);
    EXPECT_NEAR(std::log(word["probability"].get<double>()), std::log(probability), 0.05);
    EXPECT_LT(exact["words"][at]["log_normaliser"]["error"].get<double>(), 1e-10);
  }
}

TEST_F(Sample, PrintsWordsAndBelowThemTheCertificate) {
  const ProgramResult plain = Stepwell(Kjv({"--top-k", "40", "--seed", "7"}));
  const ProgramResult certified = Stepwell(Kjv({"--top-k", "40", "--seed", "7", "--certificate"}));
  EXPECT_EQ(plain.exit_code, kDone) << plain.err;
  EXPECT_THAT(certified.out, StartsWith(plain.out));
  EXPECT_THAT(certified.out, HasSubstr("k-th logit"));
  EXPECT_THAT(plain.out, Not(HasSubstr("k-th logit")));
}

TEST_F(Sample, IsMeasuredForNewWordsAndForWordsSeenBefore) {
  const nlohmann::json result = Json({"bench", "--synthetic", "lm_1b:64", "--top-k", "10", "--repeat", "3"});
  EXPECT_EQ(result["rows"], 12500);
  EXPECT_GE(result["rows_fp32"], 10);
  EXPECT_GT(result["new_word_p50_ms"], 0);
  EXPECT_GT(result["seen_word_p50_ms"], 0);
  EXPECT_LT(result["softmax_bytes"], result["full_softmax_bytes"]);
  const ProgramResult speech = Stepwell({"bench", "--synthetic", "deepspeech:64", "--top-k", "10"});
  EXPECT_EQ(speech.exit_code, kFailed);
  EXPECT_THAT(speech.err, HasSubstr("no language model of words"));
}

TEST_F(Sample, RefusesACertificateOfWhatItDoesNotDo) {
  const ProgramResult result = Stepwell(Kjv({"--certificate"}));
  EXPECT_EQ(result.exit_code, kFailed);
  EXPECT_THAT(result.err, HasSubstr("give --top-k K"));
}

}  // namespace
}  // namespace stepwell::tests
