// What `stepwell run` refuses, what it says then, and that nothing is written.
#include "tests/cli/run_fixture.h"

namespace stepwell::tests {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

struct BadInput {
  std::string name;
  std::string input;  // of DeepSpeech 0.8.2
  TensorType type;
  std::vector<std::string> says;
};

void PrintTo(const BadInput& bad, std::ostream* out) { *out << bad.name; }

class RunRefuses : public Run, public ::testing::WithParamInterface<BadInput> {};

TEST_P(RunRefuses, WhatDoesNotFitAndWritesNothing) {
  const auto call = kRecorded / "0.8.2-64" / "chunk0";
  Tensor bad(GetParam().type);
  std::fill_n(bad.view().data, bad.view().size_bytes(), std::byte{17});
  std::vector<std::string> flags = {InputFlag(GetParam().input, Write("bad.npy", bad))};
  for (const std::string name : {"input_node", "input_lengths"}) {
    if (name != GetParam().input) flags.push_back(InputFlag(name, call / (name + ".npy")));
  }
  const ProgramResult result = RunModel(Speech("0.8.2-64"), flags);
  EXPECT_EQ(result.exit_code, kFailed);
  for (const std::string& says : GetParam().says) EXPECT_THAT(result.err, HasSubstr(says));
  EXPECT_THAT(Files(), ElementsAre("bad.npy"));
}

INSTANTIATE_TEST_SUITE_P(
    All, RunRefuses,
    ::testing::Values(
        BadInput{"Rank", "input_node", {DType::kF32, {16, 19, 26}}, {"[16,19,26]", "[?,?,19,26]", "bad.npy"}},
        BadInput{"Width", "input_node", {DType::kF32, {1, 16, 19, 25}}, {"[1,16,19,25]", "[?,?,19,26]", "input_node"}},
        BadInput{"State", "previous_state_c", {DType::kF32, {1, 2048}}, {"[1,2048]", "[?,64]", "previous_state_c"}},
        BadInput{"Length", "input_lengths", {DType::kI32, {1}}, {"running node '"}},
        BadInput{"UnknownName", "input_nod", {DType::kF32, {1}}, {"did you mean 'input_node'", "'input_lengths'"}}),
    [](const auto& row) { return row.param.name; });

TEST_F(Run, RefusesASequenceOfNoCalls) {
  const auto node = Write("node.npy", Tensor({DType::kF32, {0, 1, 16, 19, 26}}));
  const auto lengths = Write("lengths.npy", Tensor({DType::kI32, {0, 1}}));
  const ProgramResult result =
      RunModel(Speech("0.8.2-64"), {"--sequence", InputFlag("input_node", node), InputFlag("input_lengths", lengths)});
  EXPECT_EQ(result.exit_code, kFailed);
  EXPECT_THAT(result.err, HasSubstr("no call"));
  EXPECT_THAT(Files(), ElementsAre("lengths.npy", "node.npy"));
}

TEST_F(Run, RefusesSequencesOfDifferentLengths) {
  std::vector<std::string> flags = Feed("0.8.2-64", 0, 3);
  flags[2] = Feed("0.8.2-64", 0, 2)[2];
  const ProgramResult result = RunModel(Speech("0.8.2-64"), flags);
  EXPECT_EQ(result.exit_code, kFailed);
  EXPECT_THAT(result.err, AllOf(HasSubstr("2 calls"), HasSubstr("3")));
}

TEST_F(Run, RefusesAnInputThatIsGivenTwice) {
  std::vector<std::string> flags = Feed("0.8.2-64", 0, 3);
  flags.push_back(InputFlag("input_node:0", "node_0_3.npy"));
  const ProgramResult result = RunModel(Speech("0.8.2-64"), flags);
  EXPECT_EQ(result.exit_code, kFailed);
  EXPECT_THAT(result.err, HasSubstr("given twice"));
}

TEST_F(Run, SaysWhichInputsAreNeededWhereNoneIsGiven) {
  const ProgramResult result = RunModel(Speech("0.3.0-64"), {});
  EXPECT_EQ(result.exit_code, kFailed);
  EXPECT_THAT(result.err, AllOf(HasSubstr("'input_node'"), HasSubstr("'input_lengths'")));
  EXPECT_THAT(Files(), IsEmpty());
}

TEST_F(Run, RefusesFilesThatHoldNoArray) {
  const std::vector<std::pair<std::string, std::string>> cases = {{folder_.Write("text.npy", "hello"), "npy"},
                                                                  {folder_.Write("empty.npy", ""), "npy"},
                                                                  {(folder_ / "absent.npy").string(), "No such file"},
                                                                  {folder_.path().string(), folder_.path().string()}};
  for (const auto& [file, says] : cases) {
    const ProgramResult result = RunModel(Speech("0.8.2-64"), {InputFlag("input_node", file)});
    EXPECT_EQ(result.exit_code, kFailed) << file;
    EXPECT_THAT(result.err, AllOf(HasSubstr(file), HasSubstr(says), Not(HasSubstr("internal error"))));
  }
  EXPECT_THAT(Files(), ElementsAre("empty.npy", "text.npy"));
}

TEST_F(Run, WritesNoOutputWhereTheStateCannotBeWritten) {
  std::vector<std::string> flags = Feed("0.8.2-64", 0, 1);
  flags.insert(flags.end(), {"--state-out", "absent/state"});
  const ProgramResult result = RunModel(Speech("0.8.2-64"), flags);
  EXPECT_EQ(result.exit_code, kFailed);
  EXPECT_THAT(result.err, HasSubstr("absent/state"));
  EXPECT_THAT(Files(), Not(Contains("out")));
}

TEST_F(Run, RefusesAnOutputFolderThatIsAFile) {
  folder_.Write("out", "");
  const ProgramResult result = RunModel(Speech("0.8.2-64"), Feed("0.8.2-64", 0, 1));
  EXPECT_EQ(result.exit_code, kFailed);
  EXPECT_THAT(result.err, AllOf(HasSubstr("'out'"), HasSubstr("--output-dir"), Not(HasSubstr("internal error"))));
}

TEST_F(Run, RefusesFlagsOfConversionWithIr) {
  ASSERT_EQ(Stepwell({"convert", Speech("0.8.2-64")}).exit_code, kDone);
  const ProgramResult result = RunModel("output_graph.xml", {"--output", "logits"});
  EXPECT_EQ(result.exit_code, kUsage);
  EXPECT_THAT(result.err, AllOf(HasSubstr("--output"), HasSubstr("convert")));
}

}  // namespace
}  // namespace stepwell::tests
