// `stepwell run` over what TensorFlow recorded, through files as a user has them.
#include <cmath>
#include <limits>

#include "tests/cli/run_fixture.h"

namespace stepwell::tests {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr float kTolerance = 1e-5F;

struct Recording {
  std::string model;  // below models/deepspeech
  std::string folder;
  int calls = 0;
  std::string new_c;  // names of the files of the state outputs
  std::string new_h;
};

void PrintTo(const Recording& recording, std::ostream* out) { *out << recording.model << " on " << recording.folder; }

class RunRecorded : public Run, public ::testing::WithParamInterface<Recording> {
 protected:
  void ExpectTensorFlows(const std::string& output, const std::string& recorded) const {
    EXPECT_LT(RelativeDifference(Output(output), Calls(GetParam().folder, recorded, 0, GetParam().calls)), kTolerance)
        << output;
  }
};

TEST_P(RunRecorded, GivesTensorFlowsResultsOverASequence) {
  std::vector<std::string> flags = Feed(GetParam().folder, 0, GetParam().calls);
  for (const std::string state : {"previous_state_c", "previous_state_h"}) {
    flags.push_back(InputFlag(state, kRecorded / GetParam().folder / "chunk0" / (state + ".npy")));
  }
  const ProgramResult result = RunModel(Model("deepspeech/" + GetParam().model), flags);
  ASSERT_EQ(result.exit_code, kDone) << result.err;
  ExpectTensorFlows("logits", "logits");
  ExpectTensorFlows(GetParam().new_c, "new_state_c");
  ExpectTensorFlows(GetParam().new_h, "new_state_h");
}

std::vector<Recording> Recordings() {
  const std::string c030 = "lstm_fused_cell_GatherNd";
  const std::string h030 = "lstm_fused_cell_GatherNd_1";
  return {{"0.3.0-64/output_graph.pb", "0.3.0-64", 3, c030, h030},
          {"0.3.0-64/output_graph.pb", "0.3.0-64-b3", 3, c030, h030},
          {"0.8.2-64/output_graph.pb", "0.8.2-64", 3, "new_state_c", "new_state_h"},
          {"0.8.2-64/output_graph.pb", "0.8.2-64-lengths", 5, "new_state_c", "new_state_h"},
          {"0.8.2-64/output_graph.pb", "0.8.2-64-b3", 3, "new_state_c", "new_state_h"},
          {"0.8.2-64/output_graph.pbmm", "0.8.2-64", 3, "new_state_c", "new_state_h"},
          {"0.8.2-64/checkpoint_cudnn", "0.8.2-64-lengths", 5, "new_state_c", "new_state_h"},
          {"0.8.2-64/checkpoint_cpu/best_dev-1.meta", "0.8.2-64", 3, "new_state_c", "new_state_h"},
          {"0.9.3-64/output_graph.pb", "0.9.3-64", 3, "new_state_c", "new_state_h"}};
}

INSTANTIATE_TEST_SUITE_P(All, RunRecorded, ::testing::ValuesIn(Recordings()));

TEST_F(Run, TakesTheStatesOfASingleCall) {
  for (const std::string model : {"0.3.0-64", "0.8.2-64"}) {
    const auto call = kRecorded / model / "chunk1";
    std::vector<std::string> flags;
    for (const std::string name : {"input_node", "input_lengths", "previous_state_c", "previous_state_h"}) {
      flags.push_back(InputFlag(name, call / (name + ".npy")));
    }
    ASSERT_EQ(RunModel(Speech(model), flags).exit_code, kDone);
    EXPECT_LT(RelativeDifference(Output("logits"), ReadNpy(call / "logits.npy")), kTolerance);
  }
}

TEST_F(Run, StartsFromTheDeclaredStateWhereNoneIsGiven) {
  ASSERT_EQ(RunModel(Speech("0.8.2-64"), Feed("0.8.2-64", 0, 1)).exit_code, kDone);
  const Tensor unset = Output("logits");
  Tensor zeros({DType::kF32, {1, 64}});
  std::fill(zeros.as<float>().begin(), zeros.as<float>().end(), 0.0F);
  std::vector<std::string> flags = Feed("0.8.2-64", 0, 1);
  flags.push_back(InputFlag("previous_state_c", Write("c.npy", zeros)));
  flags.push_back(InputFlag("previous_state_h", Write("h.npy", zeros)));
  ASSERT_EQ(RunModel(Speech("0.8.2-64"), flags).exit_code, kDone);
  EXPECT_EQ(RelativeDifference(Output("logits"), unset), 0);
}

// Of tensors [calls, ...]: the bytes of the calls from `begin` on.
std::vector<std::byte> BytesFrom(const Tensor& tensor, std::int64_t begin) {
  const auto bytes = tensor.view().bytes();
  const std::size_t call = bytes.size() / AsSize(tensor.type().shape[0]);
  return {bytes.begin() + static_cast<std::ptrdiff_t>(call * AsSize(begin)), bytes.end()};
}

TEST_F(Run, GoesOnFromASavedStateAsIfItHadNeverStopped) {
  for (const std::string recording : {"0.8.2-64-lengths", "0.8.2-64-b3"}) {
    const int calls = recording == "0.8.2-64-b3" ? 3 : 5;
    ASSERT_EQ(RunModel(Speech("0.8.2-64"), Feed(recording, 0, calls)).exit_code, kDone);
    const std::vector<std::string> names = {"logits", "new_state_c", "new_state_h"};
    std::vector<Tensor> whole;
    for (const std::string& name : names) whole.push_back(Output(name));
    for (int split = 1; split < calls; ++split) {
      std::vector<std::string> first = Feed(recording, 0, split);
      first.insert(first.end(), {"--state-out", "state"});
      ASSERT_EQ(RunModel(Speech("0.8.2-64"), first).exit_code, kDone);
      std::vector<std::string> second = Feed(recording, split, calls);
      second.insert(second.end(), {"--state-in", "state"});
      ASSERT_EQ(RunModel(Speech("0.8.2-64"), second).exit_code, kDone);
      for (std::size_t i = 0; i < names.size(); ++i) {
        EXPECT_EQ(BytesFrom(Output(names[i]), 0), BytesFrom(whole[i], split)) << names[i] << " split at " << split;
      }
    }
  }
}

TEST_F(Run, RefusesTheSavedStateOfAnotherModel) {
  std::vector<std::string> flags = Feed("0.8.2-64", 0, 1);
  flags.insert(flags.end(), {"--state-out", "state"});
  ASSERT_EQ(RunModel(Speech("0.8.2-64"), flags).exit_code, kDone);
  std::filesystem::remove_all(folder_ / "out");
  flags = Feed("0.8.2-64", 0, 1);
  flags.insert(flags.end(), {"--state-in", "state"});
  const ProgramResult result = RunModel(Speech("0.3.0-64"), flags);
  EXPECT_EQ(result.exit_code, kFailed);
  EXPECT_THAT(result.err, AllOf(HasSubstr("snapshot"), HasSubstr("fingerprint"), HasSubstr("state")));
  EXPECT_THAT(Files(), Not(Contains("out")));
}

TEST_F(Run, RefusesADamagedStateAndWritesNothing) {
  std::vector<std::string> flags = Feed("0.8.2-64", 0, 1);
  flags.insert(flags.end(), {"--state-out", "state"});
  ASSERT_EQ(RunModel(Speech("0.8.2-64"), flags).exit_code, kDone);
  std::filesystem::remove_all(folder_ / "out");
  std::string bytes = testing::ReadWhole(folder_ / "state");
  bytes[bytes.size() / 2] ^= 1;
  folder_.Write("state", bytes);
  flags = Feed("0.8.2-64", 0, 1);
  flags.insert(flags.end(), {"--state-in", "state"});
  EXPECT_EQ(RunModel(Speech("0.8.2-64"), flags).exit_code, kFailed);
  folder_.Write("state", std::string_view(bytes).substr(0, 40));
  EXPECT_EQ(RunModel(Speech("0.8.2-64"), flags).exit_code, kFailed);
  EXPECT_THAT(Files(), Not(Contains("out")));
}

TEST_F(Run, TakesEveryNameOfAnInput) {
  const auto call = kRecorded / "0.3.0-64" / "chunk1";
  const auto logits = ReadNpy(call / "logits.npy");
  for (const std::string suffix : {"", ":0", "/read", "/read:0"}) {
    const std::string port = suffix.ends_with(":0") ? ":0" : "";
    const ProgramResult result =
        RunModel(Speech("0.3.0-64"), {InputFlag("input_node" + port, call / "input_node.npy"),
                                      InputFlag("input_lengths" + port, call / "input_lengths.npy"),
                                      InputFlag("previous_state_c" + suffix, call / "previous_state_c.npy"),
                                      InputFlag("previous_state_h" + suffix, call / "previous_state_h.npy")});
    ASSERT_EQ(result.exit_code, kDone) << suffix << result.err;
    EXPECT_LT(RelativeDifference(Output("logits"), logits), kTolerance) << suffix;
  }
}

TEST_F(Run, TakesTheNamesThatMoGives) {
  const std::string unique = "char_embedding/EmbeddingLookupUnique/Unique";
  ASSERT_EQ(Mo({"--input_shape", "[50],[50],[1,80],[1,80]", "--input_model", Model("lm_1b/tiny/graph.pbtxt"),
                "--input_checkpoint", Model("lm_1b/tiny/ckpt"), "--input",
                unique + ":0," + unique + ":1,Variable/read,Variable_1/read", "--output",
                "softmax_out,lstm/lstm_0/concat_2,lstm/lstm_1/concat_2"})
                .exit_code,
            kDone);
  const auto recorded = kModels / "lm_1b" / "tiny" / "recorded" / "s0";
  const Tensor characters = ReadNpy(recorded / "char_inputs.npy");
  std::vector<std::int32_t> word(characters.as<std::int32_t>().begin(), characters.as<std::int32_t>().begin() + 50);
  std::vector<std::int32_t> places(50);
  for (std::int32_t i = 0; i < 50; ++i) places[AsSize(i)] = i;
  Write("x.npy", Tensor::Of<std::int32_t>({50}, word));
  Write("places.npy", Tensor::Of<std::int32_t>({50}, places));
  const Tensor softmax = ReadNpy(recorded / "softmax.npy");
  const Tensor expected = Tensor::Of<float>({1, 200}, softmax.as<float>().subspan(0, 200));
  for (const std::string form : {":", "/placeholder_out_port_"}) {
    const ProgramResult result =
        RunModel("graph.xml", {InputFlag(unique + form + "0", "x.npy"), InputFlag(unique + form + "1", "places.npy")});
    ASSERT_EQ(result.exit_code, kDone) << form << result.err;
    EXPECT_LT(RelativeDifference(Output("softmax_out"), expected), kTolerance);
    EXPECT_THAT(Files(), Contains("out/lstm_lstm_0_concat_2.npy"));
  }
}

TEST_F(Run, GivesTheWordsOfLm1bWithItsStateCarried) {
  const auto recorded = kModels / "lm_1b" / "tiny" / "recorded" / "s0";
  Tensor characters = ReadNpy(recorded / "char_inputs.npy");
  const Dim words = characters.type().shape[0];
  const auto file = Write("words.npy", Tensor::Of<std::int32_t>({words, 1, 1, 50}, characters.as<std::int32_t>()));
  const ProgramResult result =
      RunModel(Model("lm_1b/tiny/graph.pbtxt"),
               {"--input_checkpoint", Model("lm_1b/tiny/ckpt"), "--sequence", InputFlag("char_inputs_in", file)});
  ASSERT_EQ(result.exit_code, kDone) << result.err;
  EXPECT_LT(RelativeDifference(Output("softmax_out"), ReadNpy(recorded / "softmax.npy")), kTolerance);
  EXPECT_LT(RelativeDifference(Output("lstm_lstm_0_concat_2"), ReadNpy(recorded / "state0.npy")), kTolerance);
  EXPECT_LT(RelativeDifference(Output("lstm_lstm_1_concat_2"), ReadNpy(recorded / "state1.npy")), kTolerance);
  EXPECT_THAT(result.err, AllOf(HasSubstr("left out 'log_perplexity_out'"), HasSubstr("targets_in"),
                                Not(HasSubstr("'softmax_out'"))));
}

TEST_F(Run, NamesTheOutputsItLeavesOut) {
  const auto samples = Write("samples.npy", Tensor({DType::kF32, {512}}));
  const ProgramResult result = RunModel(Speech("0.8.2-64"), {InputFlag("input_samples", samples)});
  EXPECT_EQ(result.exit_code, kDone) << result.err;
  EXPECT_THAT(Files(), ElementsAre("out", "out/mfccs.npy", "samples.npy"));
  EXPECT_THAT(result.err, AllOf(HasSubstr("left out 'logits'"), HasSubstr("'input_node'"), HasSubstr("'new_state_c'")));
}

TEST_F(Run, PrintsWhatItWroteAsJson) {
  std::vector<std::string> arguments = {"run", Speech("0.8.2-64"), "--output-dir", "out"};
  for (const std::string& flag : Feed("0.8.2-64", 0, 3)) arguments.push_back(flag);
  const auto json = Json(arguments);
  EXPECT_EQ(json["calls"], 3);
  EXPECT_THAT(Each(json["outputs"], "output"), ElementsAre("logits", "new_state_c", "new_state_h"));
  EXPECT_THAT(Each(json["outputs"], "file"),
              ElementsAre("out/logits.npy", "out/new_state_c.npy", "out/new_state_h.npy"));
  EXPECT_EQ(json["outputs"][0]["type"], "f32[3,16,1,29]");
  EXPECT_EQ(json["left_out"][0]["output"], "mfccs");
  EXPECT_EQ(json["left_out"][0]["missing_inputs"], nlohmann::json({"input_samples"}));
}

TEST_F(Run, ConvertsElementsOnlyWhereNoValueChanges) {
  const auto call = kRecorded / "0.8.2-64" / "chunk0";
  const auto run_with = [&](const Tensor& lengths) {
    std::filesystem::remove_all(folder_ / "out");
    return RunModel(Speech("0.8.2-64"), {InputFlag("input_node", call / "input_node.npy"),
                                         InputFlag("input_lengths", Write("lengths.npy", lengths))});
  };
  const Tensor logits = ReadNpy(call / "logits.npy");
  for (const Tensor& lengths :
       {Tensor::Of<std::int64_t>({1}, std::vector<std::int64_t>{16}), Tensor::Of<float>({1}, std::vector<float>{16}),
        Tensor::Of<double>({1}, std::vector<double>{16}),
        Tensor::Of<std::uint8_t>({1}, std::vector<std::uint8_t>{16})}) {
    ASSERT_EQ(run_with(lengths).exit_code, kDone);
    EXPECT_LT(RelativeDifference(Output("logits"), logits), kTolerance);
  }
  for (const Tensor& lengths :
       {Tensor::Of<float>({1}, std::vector<float>{15.5F}), Tensor::Of<float>({1}, std::vector<float>{NAN}),
        Tensor::Of<std::int64_t>({1}, std::vector<std::int64_t>{std::int64_t{1} << 40})}) {
    const ProgramResult result = run_with(lengths);
    EXPECT_EQ(result.exit_code, kFailed);
    EXPECT_THAT(result.err, AllOf(HasSubstr("lengths.npy"), HasSubstr("input_lengths"), HasSubstr("i32")));
    EXPECT_THAT(Files(), Not(Contains("out")));
  }
}

TEST_F(Run, GivesTheSameFromTheFileThatConvertWrote) {
  const auto flags = Feed("0.8.2-64-b3", 0, 3);
  ASSERT_EQ(RunModel(Speech("0.8.2-64"), flags).exit_code, kDone);
  const Tensor direct = Output("logits");
  for (const std::string form : {"explicit", "readvalue"}) {
    ASSERT_EQ(Stepwell({"convert", Speech("0.8.2-64"), "--state-form", form}).exit_code, kDone);
    ASSERT_EQ(RunModel("output_graph.xml", flags).exit_code, kDone);
    EXPECT_EQ(RelativeDifference(Output("logits"), direct), 0) << form;
  }
}

TEST_F(Run, GivesTheSameWithEveryNumberOfThreads) {
  std::vector<std::string> flags = Feed("0.8.2-64-b3", 0, 3);
  flags.insert(flags.end(), {"--threads", "1"});
  ASSERT_EQ(RunModel(Speech("0.8.2-64"), flags).exit_code, kDone);
  const Tensor one = Output("logits");
  flags.back() = "3";
  ASSERT_EQ(RunModel(Speech("0.8.2-64"), flags).exit_code, kDone);
  EXPECT_LT(RelativeDifference(Output("logits"), one), kTolerance);
}

TEST_F(Run, TakesZeroFrames) {
  Tensor lengths({DType::kI32, {1}});
  lengths.as<std::int32_t>()[0] = 0;
  const ProgramResult result =
      RunModel(Speech("0.8.2-64"), {InputFlag("input_node", Write("node.npy", Tensor({DType::kF32, {1, 0, 19, 26}}))),
                                    InputFlag("input_lengths", Write("lengths.npy", lengths))});
  ASSERT_EQ(result.exit_code, kDone) << result.err;
  EXPECT_EQ(Output("logits").type().shape, Shape({0, 1, 29}));
  EXPECT_EQ(Output("new_state_c").type().shape, Shape({1, 64}));
}
TEST_F(Run, TakesFlagsOfConversionWithASource) {
  std::vector<std::string> flags = Feed("0.8.2-64", 0, 3);
  flags.insert(flags.end(), {"--output", "new_state_c,logits,new_state_h"});
  const ProgramResult result = RunModel(Speech("0.8.2-64"), flags);
  ASSERT_EQ(result.exit_code, kDone) << result.err;
  EXPECT_EQ(result.err, "") << "there is nothing to leave out";
  EXPECT_LT(RelativeDifference(Output("logits"), Calls("0.8.2-64", "logits", 0, 3)), kTolerance);
}

}  // namespace
}  // namespace stepwell::tests
