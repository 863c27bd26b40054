#include "stepwell/apps/deepspeech/transcript.h"

#include <gtest/gtest.h>

#include <span>
#include <string>

#include "stepwell/apps/deepspeech/transcript_json.h"

namespace stepwell::apps {
namespace {

// " no  on" with a space in front and two between: letters 14 = n, 15 = o.
const Hypothesis kNoOn{{{0, 1}, {14, 10}, {15, 12}, {0, 15}, {0, 16}, {15, 20}, {14, 25}}, -1.5};

TEST(WordsOf, TimesWordsAsTheClientDoes) {
  const Alphabet alphabet = Alphabet::English();
  const std::vector<TimedWord> words = WordsOf(kNoOn, alphabet, 0.02);
  ASSERT_EQ(words.size(), 2u);
  EXPECT_EQ(words[0].text, "no");
  EXPECT_DOUBLE_EQ(words[0].start_seconds, 0.2);
  EXPECT_DOUBLE_EQ(words[0].duration_seconds, 0.02 * 15 - 0.2);
  EXPECT_EQ(words[1].text, "on");
  EXPECT_DOUBLE_EQ(words[1].start_seconds, 0.4);
  EXPECT_DOUBLE_EQ(words[1].duration_seconds, 0.5 - 0.4);
  EXPECT_EQ(TextOf(kNoOn, alphabet), "no  on");
}

TEST(WordsOf, GivesNoWordsForSpacesAlone) {
  EXPECT_TRUE(WordsOf({{{0, 1}, {0, 3}}, 0}, Alphabet::English(), 0.02).empty());
  EXPECT_TRUE(WordsOf({}, Alphabet::English(), 0.02).empty());
}

TEST(TranscriptJson, HasTheLayoutOfTheClient) {
  const std::vector<Hypothesis> transcripts = {kNoOn, {{{15, 7}, {8, 9}}, -2.25}};
  EXPECT_EQ(TranscriptJson(std::span(transcripts).first(1), Alphabet::English(), 0.02), R"({
  "metadata": {
    "confidence": -1.5
  },
  "words": [
    {
      "word": "no",
      "time": 0.2,
      "duration": 0.1
    },
    {
      "word": "on",
      "time": 0.4,
      "duration": 0.1
    }
  ]
})");
  EXPECT_NE(TranscriptJson(transcripts, Alphabet::English(), 0.02).find(R"(
  "alternatives": [
    {
      "metadata": {
        "confidence": -2.25
      },
      "words": [
        {
          "word": "oh",
          "time": 0.14,
          "duration": 0.04
        }
      ]
    }
  ])"),
            std::string::npos);
}

TEST(TranscriptJson, SurvivesTextsThatAreNotUtf8) {
  const Alphabet bytes = Alphabet::Parse("\xff\n\"\n", "bytes");
  EXPECT_NE(TranscriptJson(std::vector<Hypothesis>{{{{0, 0}, {1, 1}}, 0}}, bytes, 0.02).find("\uFFFD\\\""),
            std::string::npos);
}

}  // namespace
}  // namespace stepwell::apps
