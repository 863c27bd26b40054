// The commands that were published for BERT and ResNet, on the tiny models that TensorFlow 1.12 and 1.15 wrote: all
// that was recorded is met by the files that the command writes, and without files by `run` with the same flags.
#include "tests/cli/run_fixture.h"

namespace stepwell::tests {
namespace {

constexpr float kTolerance = 1e-5F;  // of the largest magnitude

struct RecordedCall {
  std::string inputs;              // folder below models/bert_resnet/recorded
  std::vector<std::string> files;  // by input
  std::string results;             // folder below models/bert_resnet/recorded
  std::string file;                // of the output
};

struct Command {
  std::string label;
  std::vector<std::string> flags;
  std::string xml;                  // the file that it writes
  std::vector<std::string> inputs;  // by name
  std::string output;
  std::vector<RecordedCall> calls;
};

void PrintTo(const Command& command, std::ostream* out) { *out << command.label; }

std::vector<std::string> FilesOf(const std::vector<std::string>& tensors) {
  std::vector<std::string> files;
  for (const std::string& tensor : tensors) files.push_back(FileOfOutput(tensor));
  return files;
}

// Adds the calls recorded by the TensorFlow that wrote the file, and those of graphs built at other shapes.
void AddBertCalls(Command& command, const std::string& recording, const std::vector<std::string>& numbers) {
  for (const std::string& number : numbers) {
    const std::string folder = recording + number;
    command.calls.push_back({folder, FilesOf(command.inputs), folder, FileOfOutput(command.output)});
  }
  for (const std::string folder : {"bert_tiny_1x9", "bert_tiny_3x20", "bert_tiny_2x64"}) {
    command.calls.push_back({folder, {"ids.npy", "mask.npy", "types.npy"}, folder, "pooled.npy"});
  }
}

Command BertMeta(const std::string& version) {
  const std::string meta = Model("bert_resnet/" + version + "/bert_tiny_meta/bert_model.ckpt.meta");
  Command command{"BertMeta_" + version,
                  {"--input_meta_graph", meta, "--output", "bert/pooler/dense/Tanh", "--input",
                   "Placeholder{i32},Placeholder_1{i32},Placeholder_2{i32}"},
                  "bert_model.ckpt.xml",
                  {"Placeholder", "Placeholder_1", "Placeholder_2"},
                  "bert/pooler/dense/Tanh",
                  {}};
  AddBertCalls(command, "bert_tiny_meta_" + version, {"_0", "_2", "_4", "_6"});
  return command;
}

Command BertFrozen(const std::string& version) {
  const std::string graph = Model("bert_resnet/" + version + "/bert_tiny_frozen/inference_graph.pb");
  Command command{"BertFrozen_" + version,
                  {"--input_model", graph, "--input",
                   "IteratorGetNext:0{i32}[1 32],IteratorGetNext:1{i32}[1 32],IteratorGetNext:4{i32}[1 32]"},
                  "inference_graph.xml",
                  {"IteratorGetNext:0", "IteratorGetNext:1", "IteratorGetNext:4"},
                  "bert/pooler/dense/Tanh",
                  {}};
  AddBertCalls(command, "bert_tiny_frozen_" + version, {"_0_b1", "_2_b1", "_4_b2", "_6_b5"});
  return command;
}

Command ResNet(const std::string& version) {
  const std::string meta = Model("bert_resnet/" + version + "/resnet_tiny/imagenet_resnet152.ckpt.meta");
  Command command{"ResNet_" + version,
                  {"--input_meta_graph", meta, "--output", "Squeeze"},
                  "imagenet_resnet152.ckpt.xml",
                  {"input"},
                  "Squeeze",
                  {}};
  for (const std::string call : {"0_b1", "2_b1", "4_b2", "6_b3"}) {
    const std::string folder = "resnet_tiny_" + call;
    command.calls.push_back({folder, {"input.npy"}, folder + "/" + version, "Squeeze.npy"});
  }
  for (const std::string folder : {"resnet_tiny_1x97x61", "resnet_tiny_2x33x48"}) {
    command.calls.push_back({folder, {"input.npy"}, folder, "Squeeze.npy"});
  }
  return command;
}

class PublishedCommandOf : public Run, public ::testing::WithParamInterface<Command> {
 protected:
  // `model` is what `run` takes: a file, or the flags of a source.
  void ExpectRecorded(const std::vector<std::string>& model) const {
    const std::filesystem::path recorded = kModels / "bert_resnet/recorded";
    for (const RecordedCall& call : GetParam().calls) {
      std::vector<std::string> arguments = {"run", "--output-dir", "out"};
      arguments.insert(arguments.end(), model.begin(), model.end());
      for (std::size_t i = 0; i < call.files.size(); ++i) {
        arguments.push_back(InputFlag(GetParam().inputs[i], recorded / call.inputs / call.files[i]));
      }
      const ProgramResult result = Stepwell(arguments);
      ASSERT_EQ(result.exit_code, kDone) << result.err;
      const Tensor found = ReadNpy(folder_ / "out" / FileOfOutput(GetParam().output));
      const Tensor expected = ReadNpy(recorded / call.results / call.file);
      EXPECT_EQ(found.type(), expected.type()) << call.inputs;
      EXPECT_LT(RelativeDifference(found, expected), kTolerance) << call.inputs;
    }
  }
};

TEST_P(PublishedCommandOf, WritesFilesThatGiveWhatTensorFlowRecorded) {
  const ProgramResult result = Mo(GetParam().flags);
  ASSERT_EQ(result.exit_code, kDone) << result.err;
  EXPECT_EQ(result.err, "");
  ExpectRecorded({GetParam().xml});
}

TEST_P(PublishedCommandOf, GivesWhatTensorFlowRecordedWithoutFiles) { ExpectRecorded(GetParam().flags); }

// MMdnn's spelling of the same.
class MmdnnCommandOf : public PublishedCommandOf {};

TEST_P(MmdnnCommandOf, WritesFilesThatGiveWhatTensorFlowRecorded) {
  const std::string& meta = GetParam().flags.at(1);
  const std::string checkpoint = meta.substr(0, meta.size() - std::string(".meta").size());
  const ProgramResult result = Stepwell({"convert", "-n", meta, "-w", checkpoint, "--dstNodeName", GetParam().output});
  ASSERT_EQ(result.exit_code, kDone) << result.err;
  ExpectRecorded({GetParam().xml});
}

INSTANTIATE_TEST_SUITE_P(Models, MmdnnCommandOf, ::testing::Values(ResNet("tf112"), ResNet("tf115")),
                         [](const ::testing::TestParamInfo<Command>& command) { return command.param.label; });

INSTANTIATE_TEST_SUITE_P(Models, PublishedCommandOf,
                         ::testing::Values(BertMeta("tf112"), BertMeta("tf115"), BertFrozen("tf112"),
                                           BertFrozen("tf115"), ResNet("tf112"), ResNet("tf115")),
                         [](const ::testing::TestParamInfo<Command>& command) { return command.param.label; });

}  // namespace
}  // namespace stepwell::tests
