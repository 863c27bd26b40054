#include "stepwell/base/text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace stepwell {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Split, KeepsEmptyPiecesBetweenSeparators) {
  EXPECT_THAT(Split("a,,b", ','), ElementsAre("a", "", "b"));
  EXPECT_THAT(Split("a,", ','), ElementsAre("a", ""));
  EXPECT_THAT(Split("", ','), IsEmpty());
}

TEST(ParseInt, TakesAWholeNumberAndNothingElse) {
  EXPECT_EQ(ParseInt("-12"), -12);
  EXPECT_EQ(ParseInt("12a"), std::nullopt);
  EXPECT_EQ(ParseInt(""), std::nullopt);
  EXPECT_EQ(ParseInt("9223372036854775808"), std::nullopt);
}

TEST(NearestNames, PutsTheLikeliestFirst) {
  const std::vector<std::string> names = {"raw_logits", "logits", "input_node", "lstm/BlockLSTM"};
  EXPECT_THAT(NearestNames("logit", names), ElementsAre("logits", "raw_logits"));
  EXPECT_THAT(NearestNames("BlockLSTN", names), ElementsAre("lstm/BlockLSTM"));
  EXPECT_THAT(NearestNames("entirely/other", names), IsEmpty());
}

TEST(DidYouMean, IsEmptyWithoutCandidates) {
  EXPECT_EQ(DidYouMean("logit", std::vector<std::string>{"logits"}), "; did you mean 'logits'?");
  EXPECT_EQ(DidYouMean("logit", std::vector<std::string>{}), "");
}

}  // namespace
}  // namespace stepwell
