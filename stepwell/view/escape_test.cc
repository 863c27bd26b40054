#include "stepwell/view/escape.h"

#include <gtest/gtest.h>

namespace stepwell::view {
namespace {

TEST(ValidText, KeepsTextOfAnyLanguage) {
  const std::string text = "scope/h\xC3\xA4ufig/\xE5\xB1\x82/\xF0\x9F\x8C\xB2";
  EXPECT_EQ(ValidText(text), text);
}

TEST(ValidText, ReplacesWhatIsNoUtf8) {
  EXPECT_EQ(ValidText("a\xFFz"), "a\xEF\xBF\xBDz");
  EXPECT_EQ(ValidText("a\xC3"), "a\xEF\xBF\xBD");                                                // cut short
  EXPECT_EQ(ValidText("\xC0\xBC"), "\xEF\xBF\xBD\xEF\xBF\xBD");                                  // an overlong '<'
  EXPECT_EQ(ValidText("\xE0\x80\xBC"), "\xEF\xBF\xBD");                                          // another
  EXPECT_EQ(ValidText("\xED\xA0\x80"), "\xEF\xBF\xBD");                                          // a surrogate
  EXPECT_EQ(ValidText("\xF5\x80\x80\x80"), "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");  // beyond Unicode
}

TEST(ValidText, ReplacesControlsAndChangesOfWritingDirection) {
  EXPECT_EQ(ValidText(std::string("a\0b\n", 4)),
            "a\xEF\xBF\xBD"
            "b\xEF\xBF\xBD");
  EXPECT_EQ(ValidText("a\xE2\x80\xAE"
                      "b"),
            "a\xEF\xBF\xBD"
            "b");
}

TEST(Shortened, LeavesOutTheMiddleOfLongTextsOnly) {
  EXPECT_EQ(Shortened("abcdefgh", 8), "abcdefgh");
  EXPECT_EQ(Shortened("abcdefghi", 5), "ab\xE2\x80\xA6hi");
  EXPECT_EQ(CodePoints(Shortened("\xC3\xA4\xC3\xB6\xC3\xBC\xC3\x9F\xC3\xA9", 3)), 3U);
}

TEST(XmlEscaped, LeavesNoMarkup) {
  EXPECT_EQ(XmlEscaped("</title><script x='1' y=\"2\">&"),
            "&lt;/title&gt;&lt;script x=&#39;1&#39; y=&quot;2&quot;&gt;&amp;");
}

TEST(DotEscaped, LeavesNoEndOfTheLabelAndNoEscapeOfGraphviz) {
  EXPECT_EQ(DotEscaped("a\"]; b\\N\\"), "a\\\"]; b\\\\N\\\\");
}

}  // namespace
}  // namespace stepwell::view
