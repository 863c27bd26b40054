// Every flag of mo has a row in docs/mo-flags.md, and does what the row says.
#include <fstream>
#include <map>
#include <regex>
#include <set>

#include "tests/cli/command_line.h"

namespace stepwell::tests {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

struct Row {
  std::string status;
  std::string text;
};

// The flags of the first table of docs/mo-flags.md, by name; one row may have several.
std::map<std::string, Row> DocumentedFlags() {
  std::map<std::string, Row> rows;
  std::ifstream file(STEPWELL_SOURCE_DIR "/docs/mo-flags.md");
  const std::regex row_form(R"(\| (`-[^|]*) \| ([^|]*) \| ([^|]*) \|)");
  const std::regex name_form("`(-[^`]*)`");
  std::string line;
  while (std::getline(file, line) && line != "## MMdnn's spelling") {
    std::smatch row;
    if (!std::regex_match(line, row, row_form)) continue;
    const std::string names = row[1];
    for (auto name = std::sregex_iterator(names.begin(), names.end(), name_form); name != std::sregex_iterator();
         ++name) {
      rows[(*name)[1]] = {row[2], row[3]};
    }
  }
  return rows;
}

// The flags that begin the entries of mo's help: "  --input_model INPUT_MODEL, -w INPUT_MODEL, -m INPUT_MODEL".
std::set<std::string> FlagsOfMo() {
  std::set<std::string> flags;
  std::ifstream file(STEPWELL_SOURCE_DIR "/tests/data/mo_help.txt");
  const std::regex name_form(R"((?:^  |, )(-{1,2}[a-zA-Z][a-zA-Z_0-9]*))");
  std::string line;
  while (std::getline(file, line)) {
    if (!line.starts_with("  -")) continue;
    for (auto name = std::sregex_iterator(line.begin(), line.end(), name_form); name != std::sregex_iterator();
         ++name) {
      flags.insert((*name)[1]);
    }
  }
  return flags;
}

class FlagsOfTheOptimizer : public CommandLine {};

TEST_F(FlagsOfTheOptimizer, HaveARowEach) {
  const std::set<std::string> flags = FlagsOfMo();
  EXPECT_GT(flags.size(), 55U);
  const auto rows = DocumentedFlags();
  const std::set<std::string> statuses = {"supported", "always so", "no effect", "refused"};
  for (const std::string& flag : flags) {
    const auto row = rows.find(flag);
    ASSERT_NE(row, rows.end()) << flag;
    EXPECT_TRUE(statuses.contains(row->second.status)) << flag << ": " << row->second.status;
  }
}

TEST_F(FlagsOfTheOptimizer, AreInTheHelpWhereTheyAreAccepted) {
  const ProgramResult help = Stepwell({"convert", "--help"});
  for (const auto& [flag, row] : DocumentedFlags()) {
    if (row.status == "refused" || flag == "--version") continue;
    EXPECT_THAT(help.out, HasSubstr(flag)) << flag;
  }
}

TEST_F(FlagsOfTheOptimizer, AreRefusedByNameWithTheReasonOfTheRow) {
  for (const auto& [flag, row] : DocumentedFlags()) {
    if (row.status != "refused") continue;
    const ProgramResult result = Mo({"--input_model", Speech("0.8.2-64"), flag, "value"});
    EXPECT_EQ(result.exit_code, kUsage) << flag;
    EXPECT_THAT(result.err, AllOf(HasSubstr(flag + ": "), HasSubstr(row.text)));
    EXPECT_THAT(Files(), IsEmpty());
  }
}

TEST_F(FlagsOfTheOptimizer, WarnWhereTheyHaveNoEffect) {
  for (const auto& [flag, row] : DocumentedFlags()) {
    if (row.status != "no effect" && row.status != "always so") continue;
    const ProgramResult result = Stepwell({"info", Model("lm_1b/openvino_ir/graph-2016-09-10.xml"), flag});
    EXPECT_EQ(result.exit_code, kDone) << flag << result.err;
    const std::string warning = "warning: " + flag + " has no effect: " + row.text;
    if (row.status == "no effect") {
      EXPECT_THAT(result.err, HasSubstr(warning));
    } else {
      EXPECT_THAT(result.err, Not(HasSubstr("warning"))) << flag;
    }
  }
}

TEST_F(FlagsOfTheOptimizer, TakeAnEmptyListOfExtensions) {
  EXPECT_EQ(Stepwell({"info", Speech("0.8.2-64"), "--extensions", ""}).exit_code, kDone);
}

TEST_F(FlagsOfTheOptimizer, RefuseABatchThatAShapeContradicts) {
  const ProgramResult result =
      Stepwell({"convert", Speech("0.3.0-64"), "-b", "4", "--input_shape", "[1,16,19,26],[1]"});
  EXPECT_EQ(result.exit_code, kFailed);
  EXPECT_THAT(result.err, AllOf(HasSubstr("--batch 4"), HasSubstr("[1,16,19,26]"), HasSubstr("'input_node'")));
}

TEST_F(FlagsOfTheOptimizer, LeaveNoReorderingWhereTheCallerHasTheConvolutionsOwn) {
  const std::string meta = Model("bert_resnet/tf112/resnet_tiny/imagenet_resnet152.ckpt.meta");
  const std::vector<std::string> flags = {"--input_meta_graph",
                                          meta,
                                          "--output",
                                          "Squeeze",
                                          "--layout",
                                          "nhwc->nchw",
                                          "--mean_values",
                                          "[124,117,104]",
                                          "--reverse_input_channels",
                                          "--model_name",
                                          "nchw"};
  ASSERT_EQ(Mo(flags).exit_code, kDone);
  const auto info = Json({"info", "nchw.xml"});
  EXPECT_EQ(info["inputs"][0]["default_shape"], (std::vector<int>{1, 3, 64, 64}));
  EXPECT_TRUE(info["outputs"][0]["shape"].is_null()) << "its rank depends on the batch";
  EXPECT_FALSE(info["ops"].contains("Transpose"));
}

TEST_F(FlagsOfTheOptimizer, ThatSayHowToReadASourceAreRefusedForIr) {
  const std::string ir = Model("lm_1b/openvino_ir/graph-2016-09-10.xml");
  for (const char* flag : {"--signature", "--saved_model_tags", "--layout", "--batch"}) {
    const ProgramResult result = Stepwell({"convert", ir, "--model_name", "again", flag, "3"});
    EXPECT_EQ(result.exit_code, kUsage) << flag;
    EXPECT_THAT(result.err, AllOf(HasSubstr(flag), HasSubstr("the model is IR")));
  }
  EXPECT_THAT(Files(), IsEmpty());
}

}  // namespace
}  // namespace stepwell::tests
