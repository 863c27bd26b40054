#include "tests/cli/command_line.h"

namespace stepwell::tests {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class View : public CommandLine {
 protected:
  std::string Written(const std::string& file) const { return testing::ReadWhole(folder_ / file); }
};

TEST_F(View, WritesWhatTheExtensionSays) {
  for (const std::string file : {"model.html", "model.svg", "model.dot"}) {
    const ProgramResult result = Stepwell({"view", Speech("0.8.2-64"), "-o", file});
    EXPECT_EQ(result.exit_code, kDone) << result.err;
    EXPECT_EQ(result.out, "");
  }
  EXPECT_THAT(Written("model.html"), AllOf(HasSubstr("<!DOCTYPE html>"), HasSubstr("previous_state_c")));
  EXPECT_THAT(Written("model.svg"), AllOf(HasSubstr("<svg xmlns"), HasSubstr(">new_state_h</text>")));
  EXPECT_THAT(Written("model.dot"), AllOf(HasSubstr("digraph"), HasSubstr("LSTMCell")));
}

TEST_F(View, DrawsIrOfOthers) {
  const ProgramResult result =
      Stepwell({"view", Model("deepspeech/openvino_ir/convert_model2024.6-0.8.2/output_graph.xml"), "-o", "model.svg"});
  EXPECT_EQ(result.exit_code, kDone) << result.err;
  EXPECT_THAT(Written("model.svg"), HasSubstr("</svg>"));
}

TEST_F(View, ColoursByTheTimeThatBenchMeasured) {
  const ProgramResult bench = Stepwell({"bench", Speech("0.8.2-64"), "--per-op", "--json", "--repeat", "2"});
  folder_.Write("times.json", bench.out);
  const ProgramResult result = Stepwell({"view", Speech("0.8.2-64"), "--profile", "times.json", "-o", "model.html"});
  EXPECT_EQ(result.exit_code, kDone) << result.err;
  EXPECT_THAT(Written("model.html"), HasSubstr("\"profiled\":true"));
}

TEST_F(View, RefusesOtherExtensionsAndForeignProfiles) {
  const ProgramResult extension = Stepwell({"view", Speech("0.8.2-64"), "-o", "model.png"});
  EXPECT_EQ(extension.exit_code, kUsage);
  EXPECT_THAT(extension.err, HasSubstr(".html, .svg and .dot"));
  folder_.Write("times.json", "{}");
  const ProgramResult profile = Stepwell({"view", Speech("0.8.2-64"), "--profile", "times.json", "-o", "model.html"});
  EXPECT_EQ(profile.exit_code, kFailed);
  EXPECT_THAT(profile.err, AllOf(HasSubstr("bench MODEL --per-op --json"), HasSubstr("times.json")));
  EXPECT_THAT(Files(), ElementsAre("times.json"));
}

}  // namespace
}  // namespace stepwell::tests
