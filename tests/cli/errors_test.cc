// What the program says of bad input: the file, what was expected, what was found and what to try; exit code 1 for
// input and 2 for the command line; and no file left behind.
#include "tests/cli/command_line.h"

namespace stepwell::tests {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class BadCommandLine : public CommandLine {
 protected:
  void ExpectUsage(const std::vector<std::string>& arguments, const std::string& says) const {
    const ProgramResult result = Stepwell(arguments);
    EXPECT_EQ(result.exit_code, kUsage) << ::testing::PrintToString(arguments);
    EXPECT_THAT(result.err, HasSubstr(says));
    EXPECT_EQ(result.out, "");
    EXPECT_THAT(Files(), IsEmpty());
  }
  void ExpectUsageOfConvert(std::vector<std::string> flags, const std::string& says) const {
    flags.insert(flags.begin(), {"convert", Speech("0.8.2-64"), "-o", "out"});
    ExpectUsage(flags, says);
  }
};

TEST_F(BadCommandLine, WithoutACommandIsAMistakeOfUsage) {
  ExpectUsage({}, "subcommand");
  ExpectUsage({"conver"}, "did you mean 'convert'");
  ExpectUsage({"conver"}, "bench");
}

TEST_F(BadCommandLine, WithoutAModelIsAMistakeOfUsage) {
  for (const std::string command : {"convert", "info", "bench"}) ExpectUsage({command}, "MODEL");
  ExpectUsage({"run", "--output-dir", "out"}, "MODEL");
  ExpectUsage({"run", Speech("0.8.2-64")}, "--output-dir");
}

TEST_F(BadCommandLine, WithAnUnknownFlagIsAMistakeOfUsage) {
  for (const std::string command : {"convert", "info", "bench"}) {
    ExpectUsage({command, Speech("0.8.2-64"), "--frobnicate"}, "--frobnicate");
  }
  ExpectUsageOfConvert({"another.pb"}, "another.pb");
  ExpectUsageOfConvert({"--input_model", "another.pb"}, "--input_model");
}

TEST_F(BadCommandLine, WithAValueThatCannotBeReadIsAMistakeOfUsage) {
  ExpectUsageOfConvert({"--input", "x[1,"}, "'[' in 'x[1,' is never closed");
  ExpectUsageOfConvert({"--input", "x{f99}"}, "f99");
  ExpectUsageOfConvert({"--input_shape", "[1,a]"}, "--input_shape");
  ExpectUsageOfConvert({"--freeze_placeholder_with_value", "x"}, "name->value");
  ExpectUsageOfConvert({"--batch", "0"}, "--batch");
  ExpectUsageOfConvert({"--states", "x"}, "INPUT=OUTPUT");
  ExpectUsageOfConvert({"--role", "x"}, "ROLE=NAME");
  ExpectUsageOfConvert({"--state-form", "x"}, "readvalue");
  ExpectUsageOfConvert({"--verify", "0"}, "--verify");
  ExpectUsageOfConvert({"--threads", "many"}, "--threads");
  ExpectUsageOfConvert({"--log_level", "LOUD"}, "--log_level");
  ExpectUsageOfConvert({"--framework", "onnx"}, "--framework");
}

struct BadSource {
  std::string name;
  std::vector<std::string> arguments;
  std::vector<std::string> says;
};

void PrintTo(const BadSource& bad, std::ostream* out) { *out << bad.name; }

class BadSources : public CommandLine {
 protected:
  // Fails to convert, says all this, and leaves nothing behind.
  void ExpectRefused(const std::vector<std::string>& arguments, const std::vector<std::string>& says) const {
    std::vector<std::string> words = {"convert", "-o", "out"};
    words.insert(words.end(), arguments.begin(), arguments.end());
    const std::vector<std::string> before = Files();
    const ProgramResult result = Stepwell(words);
    EXPECT_EQ(result.exit_code, kFailed) << ::testing::PrintToString(arguments);
    EXPECT_EQ(result.out, "");
    for (const std::string& text : says) EXPECT_THAT(result.err, HasSubstr(text));
    EXPECT_THAT(result.err, Not(HasSubstr("internal error")));
    EXPECT_EQ(Files(), before);
  }
};

class KnownRefusals : public BadSources, public ::testing::WithParamInterface<BadSource> {};

TEST_P(KnownRefusals, NameWhatIsWrongAndLeaveNothingBehind) { ExpectRefused(GetParam().arguments, GetParam().says); }

std::vector<BadSource> Refusals() {
  const std::string speech = Speech("0.8.2-64");
  const std::string text = Model("lm_1b/tiny/graph.pbtxt");
  const std::string prefix = Model("deepspeech/0.8.2-64/checkpoint_cpu/best_dev-1");
  return {{"AbsentFile", {"absent.pb"}, {"absent.pb", "no file"}},
          {"FolderWithoutCheckpoint", {Model("deepspeech/0.8.2-64")}, {Model("deepspeech/0.8.2-64"), "no checkpoint"}},
          {"DataFileOfACheckpoint", {prefix + ".data-00000-of-00001"}, {"one of the data files", "'" + prefix + "'"}},
          {"Ir", {Model("lm_1b/openvino_ir/graph-2016-09-10.xml")}, {"graph-2016-09-10.xml", "IR"}},
          {"GraphWithoutCheckpoint", {text}, {"char_embedding/W", "--input_checkpoint", text}},
          {"AbsentCheckpoint", {text, "--input_checkpoint", "absent"}, {"absent"}},
          {"CheckpointOfAnotherGraph", {text, "--input_checkpoint", prefix}, {"char_embedding/W", prefix}},
          {"OneShardOfACheckpoint",
           {text, "--input_checkpoint", Model("lm_1b/tiny/ckpt/ckpt-lstm")},
           {"char_embedding/W", "ckpt-lstm", "absent"}},
          {"AbsentInput",
           {speech, "--input", "input_nod"},
           {"'input_nod'", "did you mean 'input_node'", "--input", speech}},
          {"AbsentOutput", {speech, "--output", "logitz"}, {"'logitz'", "did you mean 'logits'", "--output", speech}},
          {"AbsentPort", {speech, "--output", "logits:3"}, {"'logits'", "port 3", "only port 0", speech}},
          {"AbsentState",
           {speech, "--states", "previous_state_c=new_state_k"},
           {"'new_state_k'", "new_state_c", "--states"}},
          {"AbsentRole", {speech, "--role", "logits=logit"}, {"logit", "did you mean 'logits'", "--role"}},
          {"Shape", {speech, "--input", "input_node[1,16,19,25]"}, {"axis 3", "'input_node'", "25", "26", speech}},
          {"NumberOfShapes", {speech, "--input_shape", "[1,2]"}, {"1 shapes", "5 inputs", "--input"}}};
}

INSTANTIATE_TEST_SUITE_P(All, KnownRefusals, ::testing::ValuesIn(Refusals()),
                         [](const auto& row) { return row.param.name; });

TEST_F(BadSources, RefusesTruncatedAndEmptyFilesOfEveryKind) {
  const std::string pb = testing::ReadWhole(Speech("0.8.2-64"));
  const std::string pbmm = testing::ReadWhole(Model("deepspeech/0.8.2-64/output_graph.pbmm"));
  for (const std::string name : {"empty.pb", "empty.pbtxt", "empty.pbmm", "empty.meta", "empty.xml"}) {
    ExpectRefused({folder_.Write(name, "").string()}, {name, name == "empty.xml" ? "" : "empty"});
  }
  ExpectRefused({folder_.Write("cut.pb", std::string_view(pb).substr(0, 5000)).string()},
                {"cut.pb", "126537 bytes are announced, 3295 are left"});
  ExpectRefused({folder_.Write("cut.pbmm", std::string_view(pbmm).substr(0, pbmm.size() / 2)).string()}, {"cut.pbmm"});
  ExpectRefused({folder_.Write("cut.pbtxt", "node { name: \"a\" op: ").string()}, {"cut.pbtxt", "line 1"});
}

TEST_F(BadSources, RefusesAnOutputFolderThatIsAFile) {
  folder_.Write("out", "");
  ExpectRefused({Speech("0.8.2-64")}, {"'out'", "--output_dir"});
}

TEST_F(BadSources, RefusesACheckpointWithAnAbsentShard) {
  const std::string folder = Model("deepspeech/0.8.2-64/checkpoint_cpu");
  for (const std::string name : {"best_dev-1.index", "best_dev-1.meta", "best_dev_checkpoint"}) {
    folder_.Copy(folder + "/" + name);
  }
  ExpectRefused({folder_.path().string()}, {"best_dev-1.data-00000-of-00001", "does not exist"});
}

const std::string kPlaceholder =
    "node { name: 'x' op: 'Placeholder' attr { key: 'dtype' value { type: DT_FLOAT } } "
    "attr { key: 'shape' value { shape { dim { size: 1 } } } } }\n";

std::string NodeText(const std::string& name, const std::string& op, const std::string& inputs) {
  return "node { name: '" + name + "' op: '" + op + "' " + inputs + " attr { key: 'T' value { type: DT_FLOAT } } }\n";
}

TEST_F(BadSources, ListsAllUnknownOpsWithTheirCounts) {
  const auto file = folder_.Write(
      "unknown.pbtxt", kPlaceholder + NodeText("a", "Frobnicate", "input: 'x'") + NodeText("b", "Relu", "input: 'a'") +
                           NodeText("c", "Frobnicate", "input: 'b'") + NodeText("d", "Twiddle", "input: 'c'"));
  ExpectRefused({file.string()}, {"unknown.pbtxt", "Frobnicate (2: 'a', 'c')", "Twiddle (1: 'd')", "--input"});
}

TEST_F(BadSources, NamesTheNodesOfACycle) {
  const auto file = folder_.Write("cycle.pbtxt", kPlaceholder + NodeText("a", "Add", "input: 'x' input: 'b'") +
                                                     NodeText("b", "Relu", "input: 'a'"));
  ExpectRefused({file.string()}, {"cycle.pbtxt", "cycle", "'a', 'b'"});
}

TEST_F(BadSources, NamesTheNodeWhoseInputIsAbsent) {
  const auto file = folder_.Write("absent.pbtxt", NodeText("a", "Relu", "input: 'nowhere'"));
  ExpectRefused({file.string()}, {"absent.pbtxt", "node 'a'", "'nowhere'"});
}

TEST_F(BadSources, AreRefusedByEveryCommandThatTakesAModel) {
  const std::string file = folder_.Write("empty.pb", "").string();
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{{"info", file},
                                             {"bench", file},
                                             {"run", file, "--output-dir", "out"},
                                             {"info", "absent.xml"},
                                             {"info", folder_.Write("bad.xml", "<net").string()}}) {
    const ProgramResult result = Stepwell(arguments);
    EXPECT_EQ(result.exit_code, kFailed);
    EXPECT_THAT(result.err, AllOf(HasSubstr(std::filesystem::path(arguments[1]).filename().string()),
                                  Not(HasSubstr("internal error"))));
    EXPECT_EQ(result.out, "");
  }
  EXPECT_FALSE(std::filesystem::exists(folder_ / "out"));
}

TEST_F(BadSources, ShowsIrWithoutItsWeightsAndRefusesToRunIt) {
  ASSERT_EQ(Stepwell({"convert", Speech("0.8.2-64")}).exit_code, kDone);
  std::filesystem::resize_file(folder_ / "output_graph.bin", 1000);
  EXPECT_EQ(Stepwell({"info", "output_graph.xml"}).exit_code, kFailed);
  std::filesystem::remove(folder_ / "output_graph.bin");
  EXPECT_EQ(Stepwell({"info", "output_graph.xml"}).exit_code, kDone);
  const ProgramResult result = Stepwell({"run", "output_graph.xml", "--output-dir", "out"});
  EXPECT_EQ(result.exit_code, kFailed);
  EXPECT_THAT(result.err, HasSubstr("output_graph.bin"));
}

TEST_F(BadSources, WriteIrAgainWhereAFlagAsksForIt) {
  ASSERT_EQ(Stepwell({"convert", Speech("0.8.2-64")}).exit_code, kDone);
  ASSERT_EQ(Stepwell({"convert", "output_graph.xml", "-o", "out", "--state-form", "readvalue"}).exit_code, kDone);
  EXPECT_EQ(Stepwell({"info", "output_graph.xml"}).out, Stepwell({"info", "out/output_graph.xml"}).out);
}

}  // namespace
}  // namespace stepwell::tests
