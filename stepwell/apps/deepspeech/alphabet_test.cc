#include "stepwell/apps/deepspeech/alphabet.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "stepwell/base/byte_stream.h"
#include "stepwell/base/error.h"
#include "tests/support/message_of.h"

namespace stepwell::apps {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// As DeepSpeech's Alphabet::Serialize lays it out.
std::vector<std::byte> Serialize(const std::vector<std::pair<std::uint16_t, std::string>>& labels) {
  ByteWriter writer;
  writer.Write(static_cast<std::uint16_t>(labels.size()));
  for (const auto& [key, label] : labels) {
    writer.Write(key);
    writer.Write(static_cast<std::uint16_t>(label.size()));
    for (const char letter : label) writer.Write(letter);
  }
  return writer.Take();
}

TEST(Alphabet, ReadsTheFileOfTheTrainedModel) {
  const Alphabet alphabet = Alphabet::Load(STEPWELL_SOURCE_DIR "/models/deepspeech/trained/alphabet.txt");
  const Alphabet english = Alphabet::English();
  ASSERT_EQ(alphabet.size(), 28);
  EXPECT_EQ(alphabet.blank(), 28);
  EXPECT_EQ(alphabet.space(), 0);
  for (std::int32_t i = 0; i < alphabet.size(); ++i) EXPECT_EQ(alphabet.label(i), english.label(i));
}

TEST(Alphabet, KeepsAnEscapedHashAndSkipsCommentsAndEmptyLines) {
  const Alphabet alphabet = Alphabet::Parse("# comment\r\n\\#\r\n\r\nä\nch\n", "a.txt");
  ASSERT_EQ(alphabet.size(), 3);
  EXPECT_EQ(alphabet.label(0), "#");
  EXPECT_EQ(alphabet.label(1), "ä");
  EXPECT_EQ(alphabet.label(2), "ch");
  EXPECT_EQ(alphabet.space(), std::nullopt);
}

TEST(Alphabet, RefusesAFileWithoutLabels) {
  EXPECT_EQ(MessageOf([] { Alphabet::Parse("# nothing\n", "a.txt"); }),
            "alphabet file 'a.txt': an alphabet has 1 to 65535 labels, this one has 0");
}

TEST(Alphabet, ReadsTheSerializedForm) {
  const Alphabet alphabet = Alphabet::FromSerialized(Serialize({{1, "é"}, {0, " "}, {2, "b"}}));
  ASSERT_EQ(alphabet.size(), 3);
  EXPECT_EQ(alphabet.label(1), "é");
  EXPECT_EQ(alphabet.space(), 0);
}

TEST(Alphabet, RefusesADamagedSerializedForm) {
  EXPECT_THAT(MessageOf([] {
                Alphabet::FromSerialized(Serialize({{0, "a"}, {0, "b"}}));
              }),
              HasSubstr("class 0 of 2 is out of range or named twice"));
  EXPECT_THAT(MessageOf([] { Alphabet::FromSerialized(Serialize({{7, "a"}})); }), HasSubstr("class 7 of 1"));
  EXPECT_THAT(MessageOf([] { Alphabet::FromSerialized(Serialize({{0, ""}})); }), HasSubstr("class 0 is empty"));
  std::vector<std::byte> bytes = Serialize({{0, "a"}, {1, "b"}});
  bytes.push_back(std::byte{0});
  EXPECT_THROW(Alphabet::FromSerialized(bytes), Error);
  for (std::size_t size = 0; size + 1 < bytes.size(); ++size) {
    EXPECT_THROW(Alphabet::FromSerialized(std::span(bytes).first(size)), Error) << size;
  }
}

TEST(Alphabet, SpellsAWordWithTheLongestLabelsThatFit) {
  const Alphabet alphabet = Alphabet::Parse("c\nh\nch\no\nö\n", "a.txt");
  EXPECT_THAT(alphabet.Spell("choch").value(), ElementsAre(2, 3, 2));
  EXPECT_THAT(alphabet.Spell("hö").value(), ElementsAre(1, 4));
  EXPECT_EQ(alphabet.Spell("cat"), std::nullopt);
  EXPECT_EQ(alphabet.TextOf(alphabet.Spell("choch").value()), "choch");
}

}  // namespace
}  // namespace stepwell::apps
