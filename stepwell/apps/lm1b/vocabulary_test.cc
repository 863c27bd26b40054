#include "stepwell/apps/lm1b/vocabulary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "stepwell/apps/lm1b/char_encoder.h"
#include "stepwell/base/error.h"
#include "stepwell/base/file.h"
#include "stepwell/base/npy.h"
#include "tests/support/message_of.h"

namespace stepwell::apps {
namespace {

using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::HasSubstr;

std::filesystem::path Models() { return STEPWELL_SOURCE_DIR "/models/lm_1b"; }

// A sentence that TensorFlow was fed with: what stands in models/lm_1b/MODEL/recorded/CASE.
struct RecordedSentence {
  std::string model;
  std::string name;

  std::filesystem::path folder() const { return Models() / model / "recorded" / name; }
  // The words, the first of which is <S>.
  std::vector<std::string> words() const {
    return nlohmann::json::parse(ReadTextFile(folder() / "meta.json", 1 << 20))["words"];
  }
  std::vector<std::int32_t> Read(const std::string& file) const {
    const Tensor tensor = ReadNpy(folder() / file);
    const auto values = tensor.as<std::int32_t>();
    return {values.begin(), values.end()};
  }
};
const RecordedSentence kSentences[] = {{"tiny", "s0"}, {"tiny", "s1"}, {"kjv", "s0"}, {"kjv", "s1"}, {"kjv", "s2"}};

TEST(Vocabulary, GivesTheIdsThatTensorFlowWasFedWith) {
  for (const RecordedSentence& sentence : kSentences) {
    const Vocabulary vocabulary = Vocabulary::Load(Models() / sentence.model / "vocab.txt");
    std::vector<std::int32_t> inputs;
    for (const std::string& word : sentence.words()) inputs.push_back(vocabulary.IdOf(word));
    EXPECT_THAT(inputs, ElementsAreArray(sentence.Read("inputs.npy"))) << sentence.folder();
    inputs.erase(inputs.begin());
    inputs.push_back(vocabulary.end_of_sentence());
    EXPECT_THAT(inputs, ElementsAreArray(sentence.Read("targets.npy"))) << sentence.folder();
  }
}

TEST(CharEncoder, GivesTheCharactersThatTensorFlowWasFedWith) {
  constexpr std::int64_t kWordLength = 50;
  for (const RecordedSentence& sentence : kSentences) {
    const CharEncoder encoder(Vocabulary::Load(Models() / sentence.model / "vocab.txt"), kWordLength);
    std::vector<std::int32_t> characters;
    for (const std::string& word : sentence.words()) {
      std::vector<std::int32_t> encoded(kWordLength);
      if (characters.empty()) {
        encoder.EncodeSentenceStart(encoded);
      } else {
        encoder.Encode(word, encoded);
      }
      characters.insert(characters.end(), encoded.begin(), encoded.end());
    }
    EXPECT_THAT(characters, ElementsAreArray(sentence.Read("char_inputs.npy"))) << sentence.folder();
  }
}

TEST(CharEncoder, EncodesTheLiteralMarkerLetterByLetter) {
  const CharEncoder encoder(Vocabulary::Load(Models() / "tiny/vocab.txt"), 6);
  std::vector<std::int32_t> characters(6);
  encoder.Encode("<S>", characters);
  EXPECT_THAT(characters, ElementsAre(2, '<', 'S', '>', 3, 4));
  encoder.Encode("", characters);
  EXPECT_THAT(characters, ElementsAre(2, 3, 4, 4, 4, 4));
  encoder.Encode("abcdefgh", characters);
  EXPECT_THAT(characters, ElementsAre(2, 'a', 'b', 'c', 'd', 3));
}

TEST(CharEncoder, TakesTheLowestByteValuesThatNoWordUses) {
  const CharEncoder encoder(Vocabulary::Parse("<S>\n</S>\n<UNK>\n\x01\x03\x04\n", "v.txt"), 5);
  std::vector<std::int32_t> characters(5);
  encoder.EncodeSentenceStart(characters);
  EXPECT_THAT(characters, ElementsAre(5, 0, 6, 7, 7));
}

TEST(CharEncoder, RefusesAVocabularyThatUsesAlmostAllBytes) {
  std::string word = "x";
  for (int value = 0; value < 256; ++value) {
    if (value != '\n') word.push_back(static_cast<char>(value));
  }
  const Vocabulary vocabulary = Vocabulary::Parse("<S>\n</S>\n<UNK>\n" + word + "x\n", "v.txt");
  EXPECT_THAT(MessageOf([&] { CharEncoder(vocabulary, 50); }), HasSubstr("five must be left for marks"));
}

TEST(CharEncoder, RefusesWordsTooShortForTheMarks) {
  const Vocabulary vocabulary = Vocabulary::Parse("<S>\n</S>\n<UNK>\n", "v.txt");
  EXPECT_THAT(MessageOf([&] { CharEncoder(vocabulary, 2); }), HasSubstr("at least 3 characters expected"));
}

TEST(Vocabulary, SkipsTheLineThatIsNoWord) {
  const Vocabulary vocabulary = Vocabulary::Parse("</S>\n<S>\n!!!MAXTERMID\n<UNK>\r\n the \n", "v.txt");
  ASSERT_EQ(vocabulary.size(), 4);
  EXPECT_EQ(vocabulary.end_of_sentence(), 0);
  EXPECT_EQ(vocabulary.begin_of_sentence(), 1);
  EXPECT_EQ(vocabulary.unknown(), 2);
  EXPECT_EQ(vocabulary.word(3), "the");
  EXPECT_EQ(vocabulary.Find("the"), 3);
  EXPECT_EQ(vocabulary.Find("th"), std::nullopt);
  EXPECT_EQ(vocabulary.IdOf("other"), 2);
}

TEST(Vocabulary, HasThe4990WordsOfTheTrainedModel) {
  const Vocabulary vocabulary = Vocabulary::Load(Models() / "kjv/vocab.txt");
  EXPECT_EQ(vocabulary.size(), 4990);
  for (Vocabulary::Id id = 0; id < vocabulary.size(); ++id) EXPECT_EQ(vocabulary.Find(vocabulary.word(id)), id);
}

TEST(Vocabulary, RefusesAFileWithoutTheMarkers) {
  EXPECT_THAT(MessageOf([] { Vocabulary::Parse("a\nb\n<S>\n<UNK>\n", "v.txt"); }),
              HasSubstr("vocabulary 'v.txt' has no line '</S>' among its 4 words"));
  EXPECT_THROW(Vocabulary::Parse("", "v.txt"), Error);
}

}  // namespace
}  // namespace stepwell::apps
