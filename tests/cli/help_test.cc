// What the program says of itself.
#include "tests/cli/command_line.h"

namespace stepwell::tests {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;

class Help : public CommandLine {
 protected:
  void ExpectFlags(const std::string& command, const std::vector<std::string>& flags) const {
    const ProgramResult result = Stepwell({command, "--help"});
    EXPECT_EQ(result.exit_code, kDone);
    EXPECT_EQ(result.err, "");
    for (const std::string& flag : flags) EXPECT_THAT(result.out, HasSubstr(flag)) << command;
  }
};

TEST_F(Help, NamesTheCommands) {
  const ProgramResult result = Stepwell({"--help"});
  EXPECT_EQ(result.exit_code, kDone);
  for (const std::string command : {"convert", "info", "run", "transcribe", "bench", "ops", "quantize"}) {
    EXPECT_THAT(result.out, HasSubstr("\n  " + command + " "));
  }
}

TEST_F(Help, NamesTheFlagsOfEachCommand) {
  const std::vector<std::string> model = {"MODEL",
                                          "--input_model",
                                          "--input_checkpoint",
                                          "--input",
                                          "--input_meta_graph",
                                          "--freeze_placeholder_with_value",
                                          "--states",
                                          "--role",
                                          "--threads"};
  for (const std::string command : {"convert", "info", "run", "transcribe", "bench", "quantize"})
    ExpectFlags(command, model);
  ExpectFlags("convert", {"-n,--model_name", "-o,--output_dir", "-b,--batch", "-m,-w,--input_model", "--static_shape",
                          "--compress_to_fp16", "--silent", "--log_level", "--state-form", "--verify", "--json",
                          "--disable_nhwc_to_nchw", "--input_model_is_text"});
  ExpectFlags("run", {"--sequence", "--state-in", "--state-out", "--output-dir", "--json"});
  ExpectFlags("bench", {"--synthetic", "--frames", "--batch", "--repeat", "--per-op", "--format", "--json"});
  for (const std::string command : {"run", "bench", "transcribe", "sample", "score"})
    ExpectFlags(command, {"--cache-dir"});
  ExpectFlags("info", {"--json"});
  ExpectFlags("quantize", {"-o,--output_file", "--weights", "--group", "--keep", "--json"});
}

TEST_F(Help, GivesTheVersion) {
  const ProgramResult result = Stepwell({"--version"});
  EXPECT_EQ(result.exit_code, kDone);
  EXPECT_THAT(result.out, MatchesRegex("stepwell [0-9]+\\.[0-9]+\\.[0-9]+\n"));
}

}  // namespace
}  // namespace stepwell::tests
