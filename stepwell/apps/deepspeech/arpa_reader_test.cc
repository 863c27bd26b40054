#include "stepwell/apps/deepspeech/arpa_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "stepwell/apps/deepspeech/word_language_model.h"
#include "stepwell/base/error.h"
#include "tests/support/ctc_recordings.h"
#include "tests/support/message_of.h"

namespace stepwell::apps {
namespace {

using testing::HasSubstr;

constexpr char kSmall[] =
    "written by hand\n\n\\data\\\nngram 1=5\nngram 2=3\nngram 3=1\n\n"
    "\\1-grams:\n-1.0\t<unk>\n-99\t<s>\t-0.5\n-0.8\t</s>\n-0.6\tred\t-0.25\n-0.7\tdoor\t-0.125\n\n"
    "\\2-grams:\n-0.3\t<s> red\t-0.2\n-0.2\tred door\n-0.1\tdoor </s>\n\n"
    "\\3-grams:\n-0.05\t<s> red door\n\n\\end\\\n";

std::string Refusal(const std::string& text, const std::string& name = "lm.arpa") {
  return MessageOf([&] { ParseArpa(text, name); });
}

std::string Replaced(const std::string& old, const std::string& with) {
  std::string text = kSmall;
  const std::size_t at = text.find(old);
  EXPECT_NE(at, std::string::npos);
  return text.replace(at, old.size(), with);
}

// log10 p of each word after those before it, then the sum, in a sentence from <s> to </s>.
double Log10Of(const NgramModel& model, const std::vector<std::string>& words) {
  NgramModel::State state = model.After(std::array{model.Find("<s>").value()});
  double sum = 0;
  for (const std::string& word : words) {
    const auto scored = model.Score(state, model.Find(word).value_or(model.Find("<unk>").value()));
    sum += scored.ln_probability;
    state = scored.next;
  }
  return (sum + model.Score(state, model.Find("</s>").value()).ln_probability) / std::log(10);
}

TEST(ArpaReader, BacksOffAsTheFormSays) {
  const NgramModel model = ParseArpa(kSmall, "lm.arpa");
  EXPECT_EQ(model.order(), 3);
  EXPECT_EQ(model.num_words(), 5u);
  // p(red | <s>) p(door | <s> red) p(</s> | door): "red door" has no back-off weight.
  EXPECT_NEAR(Log10Of(model, {"red", "door"}), -0.3 - 0.05 - 0.1, 1e-6);
  // p(door | <s>) by backing off from <s>, then p(red | door) by backing off, then p(</s> | red) likewise.
  EXPECT_NEAR(Log10Of(model, {"door", "red"}), (-0.5 - 0.7) + (-0.125 - 0.6) + (-0.25 - 0.8), 1e-6);
  EXPECT_NEAR(Log10Of(model, {"blue"}), (-0.5 - 1.0) - 0.8, 1e-6);
}

// The model's probabilities were normalised by the script that made it: a look-up that goes wrong shows in the sum.
TEST(ArpaReader, GivesProbabilitiesThatSumToOneInEveryContextOfTheTrainedModel) {
  const NgramModel model = ReadArpa(DeepSpeechModels() / "trained/lm3.arpa");
  EXPECT_EQ(model.num_words(), 371u);
  std::mt19937 random(3);
  const auto any_word = [&] { return static_cast<NgramModel::Word>(random() % model.num_words()); };
  for (int round = 0; round < 50; ++round) {
    const std::vector<NgramModel::Word> context = {any_word(), any_word()};
    double sum = 0;
    for (NgramModel::Word word = 0; word < model.num_words(); ++word) {
      sum += std::exp(model.Score(model.After(context), word).ln_probability);
    }
    EXPECT_NEAR(sum, 1, 1e-4) << context[0] << " " << context[1];
  }
}

TEST(ArpaReader, MakesUpAContextThatTheFileLacks) {
  const std::string text =
      "\\data\\\nngram 1=3\nngram 2=0\nngram 3=1\n\\1-grams:\n-1 a -0.5\n-1 b -0.25\n-1 c\n\\2-grams:\n"
      "\\3-grams:\n-0.1 a b c\n\\end\\\n";
  const NgramModel model = ParseArpa(text, "lm.arpa");
  const std::vector<NgramModel::Word> a = {0};
  const auto b_after_a = model.Score(model.After(a), 1);
  EXPECT_NEAR(b_after_a.ln_probability / std::log(10), -1.5, 1e-6);
  EXPECT_NEAR(model.Score(b_after_a.next, 2).ln_probability / std::log(10), -0.1, 1e-6);
  EXPECT_NEAR(model.Score(b_after_a.next, 0).ln_probability / std::log(10), -1.25, 1e-6);
}

TEST(ArpaReader, RefusesFilesThatContradictThemselvesNamingTheLine) {
  EXPECT_THAT(Refusal(""), HasSubstr("no line '\\data\\' in the whole file"));
  EXPECT_THAT(Refusal("\\data\\\n\\1-grams:\n"), HasSubstr("no count ('ngram 1=…')"));
  EXPECT_THAT(Refusal(Replaced("ngram 2=3", "ngram 3=3")), HasSubstr("lm.arpa:5: 'ngram 2=' and a number expected"));
  EXPECT_THAT(Refusal(Replaced("ngram 2=3", "ngram 2=4")),
              HasSubstr("the section '\\2-grams:' has 3 n-grams, '\\data\\' announced 4"));
  EXPECT_THAT(Refusal(Replaced("\\2-grams:", "\\4-grams:")), HasSubstr("'\\2-grams:' expected, '\\4-grams:' found"));
  EXPECT_THAT(Refusal(Replaced("-0.6\tred", "-0.6x\tred")), HasSubstr("a logarithm expected, '-0.6x' found"));
  EXPECT_THAT(Refusal(Replaced("-0.6\tred", "0.6\tred")), HasSubstr("the probability is over 1"));
  EXPECT_THAT(Refusal(Replaced("-0.6\tred", "nan\tred")), HasSubstr("a logarithm expected"));
  EXPECT_THAT(Refusal(Replaced("red door\n", "red blue\n")),
              HasSubstr(":17: the word 'blue' is not among the 1-grams"));
  EXPECT_THAT(Refusal(Replaced("door </s>", "red door")), HasSubstr("this n-gram stands in the file twice"));
  EXPECT_THAT(Refusal(Replaced("<s> red door", "<s> red door -0.1 x")), HasSubstr("more on the line"));
  EXPECT_THAT(Refusal(Replaced("\\end\\", "")), HasSubstr("'\\end\\' expected, '' found: is the file whole?"));
}

TEST(ArpaReader, RefusesOtherFormsWithAdvice) {
  const std::string kenlm("mmap lm http://kheafield.com/code format version 5\n\0....", 56);
  EXPECT_THAT(Refusal(kenlm, "lm.binary"), HasSubstr("is a KenLM binary, an ARPA file is expected: give the .arpa"));
  EXPECT_THAT(Refusal(kenlm, "x.scorer"), HasSubstr("is DeepSpeech's external scorer"));
  EXPECT_THAT(Refusal("\x1f\x8b\x08", "lm.arpa.gz"), HasSubstr("compressed by gzip"));
  EXPECT_THAT(Refusal(Replaced("ngram 3=1",
                               "ngram 3=1\nngram 4=0\nngram 5=0\nngram 6=0\nngram 7=0\nngram 8=0\nngram "
                               "9=0\nngram 10=0\nngram 11=0")),
              HasSubstr("a model of order 11; orders up to 10 are supported"));
}

TEST(ArpaReader, SurvivesEveryDamagedByte) {
  const std::string whole = kSmall;
  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (const char put : {'\n', '\0', '9', '\\', '\t'}) {
      std::string damaged = whole;
      damaged[at] = put;
      try {
        const NgramModel model = ParseArpa(damaged, "lm.arpa");
        for (NgramModel::Word word = 0; word < model.num_words(); ++word) {
          EXPECT_LE(model.Score(model.empty(), word).ln_probability, 0);
        }
      } catch (const Error& error) {
        EXPECT_THAT(error.what(), HasSubstr("lm.arpa:"));
      }
    }
  }
}

TEST(WordLanguageModel, NeedsASpaceAndWordsThatCanBeSpelled) {
  const NgramModel ngrams = ReadArpa(DeepSpeechModels() / "trained/lm3.arpa");
  EXPECT_THROW(WordLanguageModel(ngrams, Alphabet::Parse("a\nb\n", "a.txt")), Error);
  EXPECT_THROW(WordLanguageModel(ngrams, Alphabet::Parse(" \nA\nB\n", "a.txt")), Error);
}

TEST(Lexicon, HoldsEveryWordAndEveryBeginningOfOne) {
  const Lexicon lexicon({{{1, 2}, 7}, {{1}, 3}, {{1, 2, 2}, 4}, {{0, 1}, 5}, {{0, 1}, 6}});
  const auto walk = [&](const std::vector<std::int32_t>& labels) -> std::optional<Lexicon::Node> {
    Lexicon::Node node = Lexicon::kRoot;
    for (const std::int32_t label : labels) {
      const auto arcs = lexicon.arcs(node);
      const auto arc = std::find_if(arcs.begin(), arcs.end(), [&](const auto& a) { return a.label == label; });
      if (arc == arcs.end()) return std::nullopt;
      node = arc->target;
    }
    return node;
  };
  EXPECT_EQ(lexicon.num_nodes(), 6u);
  EXPECT_EQ(lexicon.word(walk({1}).value()), 3u);
  EXPECT_EQ(lexicon.word(walk({1, 2}).value()), 7u);
  EXPECT_EQ(lexicon.word(walk({1, 2, 2}).value()), 4u);
  EXPECT_EQ(lexicon.word(walk({0, 1}).value()), 5u);
  EXPECT_EQ(lexicon.word(walk({0}).value()), std::nullopt);
  EXPECT_EQ(walk({2}), std::nullopt);
  EXPECT_EQ(walk({1, 1}), std::nullopt);
}

}  // namespace
}  // namespace stepwell::apps
