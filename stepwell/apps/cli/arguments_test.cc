#include "stepwell/apps/cli/arguments.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace stepwell::cli {
namespace {

using testing::ElementsAre;

TEST(NormalisedArguments, MakesConvertTheCommandOfALinkNamedMo) {
  EXPECT_THAT(NormalisedArguments({"/usr/bin/mo", "--input_model", "a.pb"}),
              ElementsAre("/usr/bin/mo", "convert", "--input_model", "a.pb"));
  EXPECT_THAT(NormalisedArguments({"build/stepwell", "info"}), ElementsAre("build/stepwell", "info"));
  EXPECT_THAT(NormalisedArguments({"mo", "--version"}), ElementsAre("mo", "--version"));
}

TEST(NormalisedArguments, GivesAFlagWithoutValueItsValue) {
  EXPECT_THAT(NormalisedArguments({"mo", "--silent", "a.pb"}), ElementsAre("mo", "convert", "--silent=true", "a.pb"));
  EXPECT_THAT(NormalisedArguments({"x", "--compress_to_fp16", "False", "a.pb"}),
              ElementsAre("x", "--compress_to_fp16=False", "a.pb"));
  EXPECT_THAT(NormalisedArguments({"x", "--compress_to_fp16=True"}), ElementsAre("x", "--compress_to_fp16=True"));
  EXPECT_THAT(NormalisedArguments({"x", "--silent"}), ElementsAre("x", "--silent=true"));
}

}  // namespace
}  // namespace stepwell::cli
