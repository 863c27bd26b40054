// stepwell bench: what it measures and prints. How long things take is not tested.
#include "tests/cli/command_line.h"

namespace stepwell::tests {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class BenchStreams : public CommandLine {};

TEST_F(BenchStreams, MeasuresLiveStreamsOfAModelWithItsFeatures) {
  const auto result = Json({"bench", Speech("0.8.2-64"), "--streams", "1,3", "--deadline", "5000", "--seconds", "0.3"});
  EXPECT_TRUE(result["features"].get<bool>());
  EXPECT_TRUE(result["together"].get<bool>());
  EXPECT_EQ(result["deadline_ms"], 5000);
  ASSERT_EQ(result["points"].size(), 2U);
  EXPECT_EQ(result["points"][0]["streams"], 1);
  EXPECT_EQ(result["points"][1]["streams"], 3);
  EXPECT_EQ(result["most_streams"], 3);
  for (const auto& point : result["points"]) {
    EXPECT_GT(point["rows"], 0);
    EXPECT_GT(point["cpu_share"], 0);
    EXPECT_GT(point["real_time_factor"], 0);
    EXPECT_LE(point["p50_ms"], point["p99_ms"]);
    EXPECT_LE(point["p99_ms"], point["p99_9_ms"]);
  }
}

TEST_F(BenchStreams, SaysWhenNoNumberOfStreamsIsInTime) {
  const ProgramResult result =
      Stepwell({"bench", Speech("0.8.2-64"), "--streams", "1", "--deadline", "0.000001", "--seconds", "0.3"});
  ASSERT_EQ(result.exit_code, kDone) << result.err;
  EXPECT_THAT(result.out, AllOf(HasSubstr("most streams within 1e-06 ms at p99: none measured"),
                                HasSubstr("work: features and model")));
}

TEST_F(BenchStreams, FeedsAModelWithoutFrontEndWithFrames) {
  const auto result = Json({"bench", Speech("0.8.2-64"), "--output", "logits,new_state_c,new_state_h", "--streams", "2",
                            "--seconds", "0.3"});
  EXPECT_FALSE(result["features"].get<bool>());
}

TEST_F(BenchStreams, CountsTheZerosOfASyntheticModelAsOfTheTrainedOne) {
  const auto result = Json({"bench", "--synthetic", "deepspeech:512", "--frames", "1", "--repeat", "1"});
  const double trained[] = {0.56, 0.84, 0.94, 0.55};
  ASSERT_EQ(result["zeros"].size(), 4U);
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_NEAR(result["zeros"][i]["zeros"].get<double>(), trained[i], 0.02);
    EXPECT_EQ(result["zeros"][i]["zeros"], result["zeros"][i]["zero_in_call"]);
  }
}

TEST_F(BenchStreams, RefusesWhatIsNoNumberOfStreams) {
  for (const std::string text : {"0", "x", "3,,4", "-2", "100000"}) {
    const ProgramResult result = Stepwell({"bench", Speech("0.8.2-64"), "--streams=" + text});
    EXPECT_EQ(result.exit_code, kUsage) << text;
    EXPECT_THAT(result.err, HasSubstr("in --streams is no number of streams")) << text;
  }
}

}  // namespace
}  // namespace stepwell::tests
