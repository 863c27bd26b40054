#include "stepwell/apps/lm1b/word_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>

#include "stepwell/apps/lm1b/text_scorer.h"
#include "stepwell/base/error.h"
#include "stepwell/base/file.h"
#include "stepwell/base/npy.h"
#include "stepwell/base/text.h"
#include "stepwell/converter/convert.h"

namespace stepwell::apps {
namespace {

const std::filesystem::path kLm1b = STEPWELL_SOURCE_DIR "/models/lm_1b";

enum class Form { kCharacters, kUnique };

converter::ConvertOptions PublishedOptions() {
  const std::string unique = "char_embedding/EmbeddingLookupUnique/Unique";
  converter::ConvertOptions options;
  options.inputs = converter::ParseInputs(unique + ":0," + unique + ":1,Variable/read,Variable_1/read");
  options.input_shapes = converter::ParseInputShapes("[50],[50],[1,512],[1,512]");
  options.outputs = converter::ParseOutputs("softmax_out,lstm/lstm_0/concat_2,lstm/lstm_1/concat_2");
  return options;
}

std::shared_ptr<const Vocabulary> LoadVocabulary(const std::string& model) {
  return std::make_shared<const Vocabulary>(Vocabulary::Load(kLm1b / model / "vocab.txt"));
}

WordModel LoadKjv(Form form, const WordModelOptions& model_options = {}) {
  converter::ConvertOptions options = form == Form::kUnique ? PublishedOptions() : converter::ConvertOptions{};
  options.source.model = kLm1b / "kjv/graph.pbtxt";
  options.source.checkpoint = kLm1b / "kjv/ckpt";
  return WordModel(runtime::LoadedModel::Of(converter::Convert(options).graph), LoadVocabulary("kjv"), model_options);
}

constexpr WordModelOptions kTopK = {.head = WordModelOptions::Head::kTopKWhereExact};

// One sentence that TensorFlow ran word by word; "<S>" first, as the sentence's start.
struct RecordedSentence {
  explicit RecordedSentence(const std::string& name)
      : folder(kLm1b / "kjv/recorded" / name),
        meta(nlohmann::json::parse(ReadTextFile(folder / "meta.json", 1 << 20))),
        log_perplexity(ReadNpy(folder / "log_perplexity.npy")),
        best_ids(ReadNpy(folder / "softmax_topk_ids.npy")),
        best(ReadNpy(folder / "softmax_topk.npy")) {}

  std::filesystem::path folder;
  nlohmann::json meta;
  Tensor log_perplexity;  // f32[words]
  Tensor best_ids;        // [words, 32]
  Tensor best;            // f32[words, 32]
};

class KjvModel : public ::testing::TestWithParam<Form> {
 protected:
  const WordModel& model() const { return model_; }

 private:
  WordModel model_ = LoadKjv(GetParam());
};

TEST_P(KjvModel, GivesTensorFlowsProbabilitiesWordByWord) {
  WordStream stream = model().Open();
  for (const char* name : {"s0", "s1", "s2"}) {
    const RecordedSentence recorded(name);
    if (recorded.meta["mode"] == "reset") stream.Reset();
    const auto words = recorded.meta["words"].get<std::vector<std::string>>();
    const std::span<const std::int32_t> ids = recorded.best_ids.as<std::int32_t>();
    for (std::size_t i = 0; i < AsSize(recorded.best.type().shape[0]); ++i) {
      const auto probabilities = i == 0 ? stream.AddSentenceStart() : stream.Add(words[i]);
      const auto expected = recorded.best.as<float>().subspan(i * 32, 32);
      for (std::size_t k = 0; k < 32; ++k) {
        ASSERT_NEAR(probabilities[AsSize(ids[i * 32 + k])], expected[k], 1e-5 * expected[0]) << name << " " << i;
      }
    }
  }
}

TEST_P(KjvModel, ScoresSentencesAsTensorFlowDoes) {
  TextScorer scorer(model());
  double sum = 0;
  std::int64_t words = 0;
  for (const char* name : {"s0", "s1"}) {  // the second goes on with the state of the first
    const RecordedSentence recorded(name);
    const auto expected = recorded.log_perplexity.as<float>();
    std::size_t i = 0;
    scorer.Add(recorded.meta["sentence"].get<std::string>(), [&](const WordScore& score) {
      ASSERT_LT(i, expected.size());
      EXPECT_NEAR(-score.ln_probability / (1 + 1e-4), expected[i], 2e-5 * std::abs(expected[i]) + 1e-5) << score.word;
      sum += expected[i++];
    });
    EXPECT_EQ(i, expected.size());
    words += static_cast<std::int64_t>(i);
  }
  EXPECT_EQ(scorer.words(), words);
  EXPECT_NEAR(scorer.perplexity(), std::exp(sum / static_cast<double>(words)), 5e-5 * scorer.perplexity());
}

TEST_P(KjvModel, GoesOnBitForBitFromWhereItWasSaved) {
  const Sampler sampler({.temperature = 0.8, .seed = 3}, model().UnusedClasses());
  const auto write = [&](WordStream& stream, int words) {
    std::vector<Vocabulary::Id> ids;
    for (int i = 0; i < words; ++i) {
      ids.push_back(stream.Draw());
      stream.Add(model().vocabulary().word(ids.back()));
    }
    return ids;
  };
  WordStream whole = model().Open(sampler, 2);
  whole.Add("<S>");
  write(whole, 5);
  const std::vector<std::byte> saved = whole.Save();
  WordStream restored = model().Open(sampler);
  restored.Restore(saved);
  WordStream fork = whole.Fork();
  const auto expected = write(whole, 12);
  EXPECT_EQ(write(restored, 12), expected);
  EXPECT_EQ(restored.Save(), whole.Save());
  EXPECT_EQ(write(fork, 12), expected);
  EXPECT_EQ(fork.Save(), whole.Save());
  whole.Rewind(2);
  EXPECT_NE(whole.Save(), fork.Save());
}

TEST_P(KjvModel, IsAsNewAfterResetAndBackAfterRewind) {
  WordStream stream = model().Open(Sampler({}), 3);
  const std::vector<std::byte> fresh = stream.Save();
  EXPECT_TRUE(stream.probabilities().empty());
  EXPECT_THROW(stream.Draw(), Error);
  stream.Add("And");
  const std::vector<std::byte> one_word = stream.Save();
  stream.Add("the");
  stream.Add("LORD");
  stream.Rewind(2);
  EXPECT_EQ(stream.Save(), one_word);
  stream.Reset();
  EXPECT_EQ(stream.Save(), fresh);
}

// TensorFlow's 32 likeliest words of every step, and the logits that the fp32 model gives, to the bit.
TEST_P(KjvModel, FindsTensorFlowsLikeliestWordsWithoutReadingAllOfTheSoftmax) {
  const WordModel top_k = LoadKjv(GetParam(), kTopK);
  ASSERT_TRUE(top_k.has_top_k());
  ASSERT_FALSE(model().has_top_k());
  WordStream stream = top_k.Open();
  WordStream whole = model().Open();
  for (const char* name : {"s0", "s1", "s2"}) {
    const RecordedSentence recorded(name);
    if (recorded.meta["mode"] == "reset") stream.Reset(), whole.Reset();
    const auto words = recorded.meta["words"].get<std::vector<std::string>>();
    for (std::size_t i = 0; i < AsSize(recorded.best.type().shape[0]); ++i) {
      EXPECT_TRUE((i == 0 ? stream.AddSentenceStart() : stream.Add(words[i])).empty());
      const auto probabilities = i == 0 ? whole.AddSentenceStart() : whole.Add(words[i]);
      const kernels::TopK found = stream.FindTopK(40);
      const auto ids = recorded.best_ids.as<std::int32_t>().subspan(i * 32, 32);
      const auto expected = recorded.best.as<float>().subspan(i * 32, 32);
      const kernels::LogNormaliser normaliser = stream.ExactNormaliser();
      const auto likeliest = LikeliestWords(probabilities, 40);
      for (std::size_t k = 0; k < 40; ++k) {
        const double probability = std::exp(static_cast<double>(found.rows[k].logit) - normaliser.value);
        // The softmax takes differences of logits in fp32.
        ASSERT_NEAR(probability, likeliest[k].probability, 4e-6 * likeliest[k].probability) << name << " " << i;
        if (k >= 32) continue;
        ASSERT_NEAR(probability, expected[k], 1e-5 * expected[0]) << name << " " << i;
        // TensorFlow rounds differently: words that hardly differ may change places.
        const auto near = std::find(ids.begin(), ids.end(), found.rows[k].row);
        ASSERT_TRUE(near != ids.end() || expected[k] - expected[31] <= 1e-5 * expected[0]) << name << " " << i;
      }
      const kernels::TopKCertificate& certificate = found.certificate;
      ASSERT_LT(certificate.highest_unread, certificate.kth_logit);
      ASSERT_LT(certificate.stages[2].rows, 200);
      ASSERT_LT(certificate.bytes(), certificate.full_bytes() / 3);
    }
  }
}

// The logits themselves, which the model's graph has as a tensor.
TEST(WordModel, FindsLogitsThatAreTheModelsToTheBit) {
  converter::ConvertOptions options;
  options.source.model = kLm1b / "kjv/graph.pbtxt";
  options.source.checkpoint = kLm1b / "kjv/ckpt";
  options.outputs = converter::ParseOutputs("BiasAdd,lstm/lstm_0/concat_2,lstm/lstm_1/concat_2");
  const auto raw = runtime::LoadedModel::Of(converter::Convert(options).graph);
  const auto layout = state::StateLayout::Make(*raw, 1);
  state::Stepper stepper(*raw, layout);
  state::Stream logits_stream(layout);
  const WordModel model = LoadKjv(Form::kCharacters, kTopK);
  WordStream stream = model.Open();
  std::vector<std::int32_t> characters(AsSize(model.encoder().word_length()));
  std::vector<float> logits(AsSize(model.classes()));
  for (const char* word : {"<S>", "In", "the", "beginning", "God", "created", "the", "heaven"}) {
    model.encoder().Encode(word, characters);
    std::vector<ConstTensorView> inputs;
    for (const runtime::Plan::Port& port : stepper.inputs()) {
      ASSERT_EQ(port.type.bytes(), characters.size() * sizeof(std::int32_t));
      inputs.emplace_back(port.type, std::as_bytes(std::span(characters)).data());
    }
    std::vector<TensorView> outputs;
    std::vector<Tensor> others;
    for (const runtime::Plan::Port& port : stepper.outputs()) {
      if (port.name == "BiasAdd") {
        outputs.emplace_back(port.type, std::as_writable_bytes(std::span(logits)).data());
      } else {
        outputs.push_back(others.emplace_back(port.type).view());
      }
    }
    logits_stream.Step(stepper, inputs, outputs);
    stream.Add(word);
    for (const kernels::RankedLogit& ranked : stream.FindTopK(40).rows) {
      ASSERT_EQ(ranked.logit, logits[AsSize(ranked.row)]) << word << " " << ranked.row;
    }
    std::vector<std::int32_t> best(logits.size());
    std::iota(best.begin(), best.end(), 0);
    std::stable_sort(best.begin(), best.end(), [&](auto a, auto b) { return logits[AsSize(a)] > logits[AsSize(b)]; });
    const auto found = stream.FindTopK(200).rows;
    for (std::size_t k = 0; k < found.size(); ++k) ASSERT_EQ(found[k].row, best[k]) << word << " " << k;
  }
}

TEST_P(KjvModel, DrawsTheSameWordsFromTheLikeliestAsFromAllProbabilities) {
  const WordModel top_k = LoadKjv(GetParam(), kTopK);
  std::vector<std::int32_t> never = model().UnusedClasses();
  never.push_back(model().vocabulary().unknown());
  for (const SamplerOptions& options :
       {SamplerOptions{.top_k = 40, .seed = 1}, SamplerOptions{.temperature = 0.7, .top_k = 5, .top_p = 0.8, .seed = 2},
        SamplerOptions{.temperature = 0}, SamplerOptions{.temperature = 2, .top_k = 10'000, .seed = 3}}) {
    WordStream likeliest = top_k.Open(Sampler(options, never));
    WordStream all = model().Open(Sampler(options, never));
    std::string_view word = "<S>";
    for (int i = 0; i < 60; ++i) {
      likeliest.Add(word);
      all.Add(word);
      const Vocabulary::Id id = likeliest.Draw();
      ASSERT_EQ(id, all.Draw()) << i;
      word = model().vocabulary().word(id);
    }
  }
}

TEST_P(KjvModel, GoesOnFromASavedTextThatFindsLikeliestWords) {
  const WordModel top_k = LoadKjv(GetParam(), kTopK);
  const Sampler sampler({.top_k = 20, .seed = 3});
  WordStream stream = top_k.Open(sampler);
  stream.Add("And");
  const std::vector<std::byte> saved = stream.Save();
  WordStream restored = top_k.Open(sampler);
  restored.Restore(saved);
  WordStream fork = stream.Fork();
  const Vocabulary::Id id = stream.Draw();
  EXPECT_EQ(restored.Draw(), id);
  EXPECT_EQ(fork.Draw(), id);
  EXPECT_EQ(restored.FindTopK(9).rows, stream.FindTopK(9).rows);
  WordStream all = model().Open(sampler);
  EXPECT_THROW(all.Restore(saved), Error) << "what it holds of the next word is another thing";
}

TEST_P(KjvModel, GivesTheSameBitsOfWordsSeenBefore) {
  const WordModel forgetful = LoadKjv(GetParam(), {.most_cached_bytes = 0});
  WordStream stream = model().Open();
  WordStream computed = forgetful.Open();
  for (const char* word : {"<S>", "And", "the", "LORD", "said", "unto", "the", "LORD", "And", "the", "the"}) {
    const auto remembered = stream.Add(word);
    const auto expected = computed.Add(word);
    ASSERT_TRUE(std::equal(remembered.begin(), remembered.end(), expected.begin(), expected.end())) << word;
  }
}

INSTANTIATE_TEST_SUITE_P(By, KjvModel, ::testing::Values(Form::kCharacters, Form::kUnique), [](const auto& test) {
  return test.param == Form::kUnique ? "DistinctCharacters" : "Characters";
});

TEST(WordModel, SaysWhichRowsAreNoWords) {
  const WordModel model = LoadKjv(Form::kUnique);
  EXPECT_EQ(model.classes(), 5000);
  EXPECT_EQ(model.UnusedClasses().size(), AsSize(5000 - model.vocabulary().size()));
  EXPECT_EQ(model.UnusedClasses().front(), model.vocabulary().size());
}

TEST(WordModel, RefusesOtherModelsAndLargerVocabularies) {
  converter::ConvertOptions options;
  options.source.model = kLm1b / "tiny/graph.pbtxt";
  options.source.checkpoint = kLm1b / "tiny/ckpt";
  const auto tiny = runtime::LoadedModel::Of(converter::Convert(options).graph);
  EXPECT_THROW(WordModel(tiny, LoadVocabulary("kjv")), Error);
  options = {};
  options.source.model = STEPWELL_SOURCE_DIR "/models/deepspeech/0.8.2-64/output_graph.pb";
  const auto speech = runtime::LoadedModel::Of(converter::Convert(options).graph);
  try {
    WordModel(speech, LoadVocabulary("tiny"));
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), ::testing::HasSubstr("no input of role 'characters'"));
  }
}

// The whole text whose perplexity TensorFlow gave (models/README.md).
TEST(TextScorer, GivesTensorFlowsPerplexityOverTheWholeText) {
  const WordModel model = LoadKjv(Form::kCharacters);
  TextScorer scorer(model);
  std::string text = ReadTextFile(kLm1b / "kjv/test_text.txt", 1 << 20);
  text.pop_back();
  for (const std::string_view line : Split(text, '\n')) scorer.Add(line, [](const WordScore&) {});
  EXPECT_EQ(scorer.words(), 44091);
  EXPECT_NEAR(scorer.perplexity(), 47.4074, 5e-5);
}

}  // namespace
}  // namespace stepwell::apps
