#include "stepwell/apps/deepspeech/ctc_beam_search.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <random>

#include "stepwell/apps/deepspeech/alphabet.h"
#include "stepwell/apps/deepspeech/transcript.h"
#include "stepwell/base/error.h"
#include "tests/support/ctc_recordings.h"

namespace stepwell::apps {
namespace {

using Rows = std::vector<std::vector<float>>;

template <class Decoder>
std::vector<Hypothesis> Decode(Decoder decoder, const Rows& rows, std::size_t most = 1) {
  for (const auto& row : rows) decoder.Push(row);
  return decoder.Finish(most);
}

std::vector<std::int32_t> LabelsOf(const Hypothesis& hypothesis) {
  std::vector<std::int32_t> labels;
  for (const Letter& letter : hypothesis.letters) labels.push_back(letter.label);
  return labels;
}

std::vector<std::int64_t> FramesOf(const Hypothesis& hypothesis) {
  std::vector<std::int64_t> frames;
  for (const Letter& letter : hypothesis.letters) frames.push_back(letter.frame);
  return frames;
}

Rows RandomRows(std::mt19937& random, std::size_t frames, std::size_t classes) {
  std::normal_distribution<float> normal(0, 2);
  Rows rows(frames, std::vector<float>(classes));
  for (auto& row : rows) {
    std::vector<float> logits(classes);
    for (float& logit : logits) logit = normal(random);
    ToLogProbabilities(RowKind::kLogits, logits, row);
  }
  return rows;
}

// For every text: its probability, summed over all paths that give it, and the frames of the best of them.
struct Exhaustive {
  double probability = 0;
  double best_path = 0;
  std::vector<std::int64_t> frames;
};
std::map<std::vector<std::int32_t>, Exhaustive> AllTexts(const Rows& rows) {
  const std::size_t classes = rows.front().size();
  const auto blank = static_cast<std::int32_t>(classes) - 1;
  std::map<std::vector<std::int32_t>, Exhaustive> texts;
  const auto paths = static_cast<std::size_t>(std::pow(classes, rows.size()));
  for (std::size_t path = 0; path < paths; ++path) {
    std::vector<std::int32_t> labels;
    std::vector<std::int64_t> frames;
    double ln = 0;
    std::int32_t last = blank;
    for (std::size_t t = 0, rest = path; t < rows.size(); ++t, rest /= classes) {
      const auto label = static_cast<std::int32_t>(rest % classes);
      ln += rows[t][rest % classes];
      if (label != blank && label != last) {
        labels.push_back(label);
        frames.push_back(static_cast<std::int64_t>(t));
      }
      last = label;
    }
    Exhaustive& text = texts[labels];
    text.probability += std::exp(ln);
    if (std::exp(ln) > text.best_path) {
      text.best_path = std::exp(ln);
      text.frames = frames;
    }
  }
  return texts;
}

TEST(CtcBeamSearch, SumsOverAllPathsAndFindsTheBestOne) {
  std::mt19937 random(11);
  for (int round = 0; round < 20; ++round) {
    const Rows rows = RandomRows(random, 6, 4);
    const auto texts = AllTexts(rows);
    const std::vector<Hypothesis> found = Decode(CtcBeamSearch(3, {.width = 2000}), rows, 2000);
    ASSERT_EQ(found.size(), texts.size());
    for (const Hypothesis& hypothesis : found) {
      const Exhaustive& expected = texts.at(LabelsOf(hypothesis));
      EXPECT_NEAR(hypothesis.score, std::log(expected.probability), 1e-9);
      EXPECT_EQ(FramesOf(hypothesis), expected.frames);
    }
    for (std::size_t i = 1; i < found.size(); ++i) EXPECT_GE(found[i - 1].score, found[i].score);
  }
}

// The beam with nothing passed over early: every extension becomes a candidate, in a map.
std::vector<std::int32_t> PlainBeamSearch(const Rows& rows, std::size_t width) {
  using Text = std::vector<std::int32_t>;
  struct Mass {
    double blank = 0;
    double letter = 0;
  };
  const auto blank = static_cast<std::int32_t>(rows.front().size()) - 1;
  std::vector<std::pair<Text, Mass>> beam = {{{}, {1, 0}}};
  for (const auto& row : rows) {
    std::map<Text, Mass> next;
    for (const auto& [text, mass] : beam) {
      next[text].blank += (mass.blank + mass.letter) * std::exp(static_cast<double>(row.back()));
      for (std::int32_t label = 0; label < blank; ++label) {
        const double p = std::exp(static_cast<double>(row[static_cast<std::size_t>(label)]));
        Text longer = text;
        longer.push_back(label);
        const bool repeated = !text.empty() && text.back() == label;
        if (repeated) next[text].letter += mass.letter * p;
        next[longer].letter += (repeated ? mass.blank : mass.blank + mass.letter) * p;
      }
    }
    beam.assign(next.begin(), next.end());
    std::sort(beam.begin(), beam.end(), [](const auto& a, const auto& b) {
      return a.second.blank + a.second.letter > b.second.blank + b.second.letter;
    });
    beam.resize(std::min(beam.size(), width));
  }
  return beam.front().first;
}

TEST(CtcBeamSearch, FindsWhatAPlainBeamOfTheSameWidthFinds) {
  std::mt19937 random(12);
  for (const std::int32_t width : {1, 2, 3, 7, 20}) {
    for (int round = 0; round < 10; ++round) {
      const Rows rows = RandomRows(random, 40, 6);
      const std::vector<Hypothesis> found = Decode(CtcBeamSearch(5, {.width = width}), rows);
      EXPECT_EQ(LabelsOf(found.front()), PlainBeamSearch(rows, static_cast<std::size_t>(width)));
    }
  }
}

TEST(CtcBeamSearch, WritesWhatLibdeepspeechWrites) {
  const Alphabet alphabet = Alphabet::English();
  for (const char* name : {"peaky-arctic", "peaky-synthetic", "arctic", "synthetic"}) {
    const auto folder = DeepSpeechModels() / "recorded" / (std::string("stream-0.9.3-64-") + name);
    const std::vector<Hypothesis> found = Decode(CtcBeamSearch(28, {}), ReadRows(folder / "probs.npy"));
    EXPECT_EQ(alphabet.TextOf(LabelsOf(found.front())) + "\n", ReadSmallFile(folder / "libdeepspeech_text.txt"))
        << name;
  }
}

TEST(CtcBeamSearch, GivesLibdeepspeechsTextsConfidencesAndFrames) {
  const Alphabet alphabet = Alphabet::English();
  for (const TrainedRecording& recording : TrainedRecordings()) {
    const auto expected = ReadJson(DeepSpeechModels() / "recorded/decoding" / recording.name / "libdeepspeech.json");
    const std::vector<Hypothesis> found = Decode(CtcBeamSearch(28, {}), recording.rows, expected.size());
    ASSERT_EQ(found.size(), expected.size());
    for (std::size_t i = 0; i < found.size(); ++i) {
      EXPECT_EQ(alphabet.TextOf(LabelsOf(found[i])), expected[i]["text"].get<std::string>());
      EXPECT_NEAR(found[i].score, expected[i]["confidence"].get<double>(), 1e-3);
    }
    // The client estimates the best alignment as it goes; for some worse texts it is a frame or two off.
    EXPECT_EQ(FramesOf(found[0]), expected[0]["frames"].get<std::vector<std::int64_t>>());
  }
}

std::shared_ptr<const WordLanguageModel> CommandsModel() {
  static const auto model = WordLanguageModel::Load(DeepSpeechModels() / "trained/lm3.arpa", Alphabet::English());
  return model;
}

std::size_t WrongWords(const std::string& text, const std::string& reference) {
  const std::vector<std::string_view> words = Split(text, ' ');
  const std::vector<std::string_view> right = Split(reference, ' ');
  std::vector<std::size_t> row(right.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (const std::string_view word : words) {
    std::size_t diagonal = row[0]++;
    for (std::size_t j = 0; j < right.size(); ++j) {
      const std::size_t substituted = diagonal + (word == right[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({row[j] + 1, row[j + 1] + 1, substituted});
    }
  }
  return row.back();
}

TEST(CtcBeamSearch, MistakesAtMostOneOf38WordsWithTheLanguageModel) {
  const Alphabet alphabet = Alphabet::English();
  std::size_t wrong = 0;
  std::size_t words = 0;
  for (const TrainedRecording& recording : TrainedRecordings()) {
    const BeamSearchOptions options{.width = 64, .language_model = CommandsModel(), .alpha = 0.75, .beta = 1.0};
    const std::string text = TextOf(Decode(CtcBeamSearch(28, options), recording.rows).front(), alphabet);
    EXPECT_EQ(text, recording.expected["lm"].get<std::string>());
    const auto transcript = recording.expected["transcript"].get<std::string>();
    wrong += WrongWords(text, transcript);
    words += Split(transcript, ' ').size();
  }
  EXPECT_EQ(words, 38u);
  EXPECT_LE(wrong, 1u);
}

// Labels: space, a, b, c.
const char kToyAlphabet[] = " \na\nb\nc\n";
const std::map<std::string, double> kToyWords = {{"a", -0.5}, {"ab", -0.7}, {"ca", -1.1}};  // log10 p
const double kToyEnd = -0.4;

std::shared_ptr<const WordLanguageModel> ToyModel() {
  NgramModel ngrams(1, 8);
  ngrams.AddWord("</s>", kToyEnd * std::log(10), 0);
  ngrams.AddWord("<unk>", -3, 0);
  for (const auto& [word, log10] : kToyWords) ngrams.AddWord(word, log10 * std::log(10), 0);
  return std::make_shared<const WordLanguageModel>(std::move(ngrams), Alphabet::Parse(kToyAlphabet, "toy"));
}

TEST(CtcBeamSearch, AddsTheWeightedLanguageModelToTheProbabilityOfEverySentence) {
  std::mt19937 random(14);
  const Rows rows = RandomRows(random, 6, 5);
  const auto texts = AllTexts(rows);
  const double alpha = 0.6;
  const double beta = 0.3;
  std::map<std::string, double> expected;
  const Alphabet alphabet = Alphabet::Parse(kToyAlphabet, "toy");
  for (const auto& [labels, exhaustive] : texts) {
    const std::string text = alphabet.TextOf(labels);
    double score = std::log(exhaustive.probability) + alpha * kToyEnd * std::log(10);
    bool known = true;
    // A single space may end the sentence; no word is empty.
    const std::string sentence = text.ends_with(' ') ? text.substr(0, text.size() - 1) : text;
    for (const std::string_view word : Split(sentence, ' ')) {
      const auto found = kToyWords.find(std::string(word));
      known &= found != kToyWords.end();
      if (known) score += alpha * found->second * std::log(10) + beta;
    }
    if (known && text != " ") expected[text] = score;
  }
  const BeamSearchOptions options{.width = 5000, .language_model = ToyModel(), .alpha = alpha, .beta = beta};
  const std::vector<Hypothesis> found = Decode(CtcBeamSearch(4, options), rows, 5000);
  EXPECT_EQ(found.size(), expected.size());
  for (const Hypothesis& hypothesis : found) {
    const std::string text = alphabet.TextOf(LabelsOf(hypothesis));
    ASSERT_TRUE(expected.contains(text)) << text;
    EXPECT_NEAR(hypothesis.score, expected[text], 1e-6) << text;
  }
}

TEST(CtcBeamSearch, DropsAnUnfinishedWordWhenNoSentenceIsComplete) {
  // "a c" and no more: the last word can only be "ca".
  Rows rows(3, std::vector<float>(5, -std::numeric_limits<float>::infinity()));
  rows[0][1] = rows[1][0] = rows[2][3] = 0;
  const BeamSearchOptions options{.language_model = ToyModel()};
  const std::vector<Hypothesis> found = Decode(CtcBeamSearch(4, options), rows);
  EXPECT_EQ(Alphabet::Parse(kToyAlphabet, "toy").TextOf(LabelsOf(found.front())), "a ");
}

TEST(CtcBeamSearch, GoesOnFromASavedStateBitForBit) {
  const Rows rows = TrainedRecordings().front().rows;
  ExpectGoesOnAfterRestoring(CtcBeamSearch(28, {.width = 20}), rows, 9);
  ExpectGoesOnAfterRestoring(CtcBeamSearch(28, {.width = 20, .language_model = CommandsModel()}), rows, 9);
}

TEST(CtcBeamSearch, LeavesTheParentOfACloneAsItWas) {
  const Rows rows = TrainedRecordings().front().rows;
  CtcBeamSearch parent(28, {.width = 10});
  for (std::size_t i = 0; i < 40; ++i) parent.Push(rows[i]);
  const std::vector<std::byte> before = Saved(parent);
  const auto child = parent.Clone();
  for (std::size_t i = 40; i < rows.size(); ++i) child->Push(rows[i]);
  EXPECT_EQ(Saved(parent), before);
  EXPECT_NE(Saved(*child), before);
}

TEST(CtcBeamSearch, IsAsNewAfterReset) {
  const Rows rows = TrainedRecordings().front().rows;
  CtcBeamSearch decoder(28, {.width = 10});
  const std::vector<std::byte> fresh = Saved(decoder);
  for (const auto& row : rows) decoder.Push(row);
  decoder.Reset();
  EXPECT_EQ(Saved(decoder), fresh);
}

TEST(CtcBeamSearch, SurvivesADamagedState) {
  std::mt19937 random(13);
  const Rows rows = RandomRows(random, 5, 5);
  for (const auto& model : {std::shared_ptr<const WordLanguageModel>(), ToyModel()}) {
    CtcBeamSearch decoder(4, {.width = 4, .language_model = model});
    for (const auto& row : rows) decoder.Push(row);
    ExpectSurvivesDamage(decoder, rows.front());
  }
}

TEST(CtcBeamSearch, RefusesTheStateOfAnotherKindOfDecoder) {
  const CtcBeamSearch narrow(28, {.width = 10});
  CtcBeamSearch wide(28, {.width = 11});
  const std::vector<std::byte> bytes = Saved(narrow);
  ByteReader reader(bytes, "snapshot 'a.snap'");
  try {
    wide.Restore(reader);
    FAIL() << "restored";
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(),
                 "snapshot 'a.snap': the stream was saved with another beam width, other weights or another language "
                 "model");
  }
}

TEST(CtcBeamSearch, LooksOnlyAtTheLikeliestClassesWhenTold) {
  const Rows rows = {{std::log(0.5f), std::log(0.3f), std::log(0.15f), std::log(0.05f)}};
  EXPECT_EQ(Decode(CtcBeamSearch(3, {.cutoff_top_n = 2}), rows, 10).size(), 2u);
  EXPECT_EQ(Decode(CtcBeamSearch(3, {.cutoff_probability = 0.9}), rows, 10).size(), 3u);
}

TEST(CtcBeamSearch, RefusesOptionsOutOfRange) {
  EXPECT_THROW(CtcBeamSearch(28, {.width = 0}), Error);
  EXPECT_THROW(CtcBeamSearch(28, {.cutoff_top_n = 0}), Error);
  EXPECT_THROW(CtcBeamSearch(28, {.cutoff_probability = 1.5}), Error);
  EXPECT_THROW(CtcBeamSearch(28, {.alpha = std::nan("")}), Error);
}

}  // namespace
}  // namespace stepwell::apps
