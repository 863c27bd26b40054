// What users give in place of what is meant: each has an answer that says what to give instead.
#include "tests/cli/command_line.h"

namespace stepwell::tests {
namespace {

using ::testing::HasSubstr;

const std::filesystem::path kVariables = STEPWELL_SOURCE_DIR "/tests/data/saved_models/two_tags/variables";

const std::string kIterator =
    "node { name: 'it' op: 'IteratorGetNext' attr { key: 'output_types' value { list { type: DT_FLOAT } } }\n"
    "  attr { key: 'output_shapes' value { list { shape { dim { size: 1 } } } } } }\n"
    "node { name: 'v' op: 'VariableV2' attr { key: 'dtype' value { type: DT_FLOAT } }\n"
    "  attr { key: 'shape' value { shape { dim { size: 1 } } } } }\n"
    "node { name: 'y' op: 'Add' input: 'it' input: 'v' attr { key: 'T' value { type: DT_FLOAT } } }\n";

class Mistakes : public CommandLine {
 protected:
  void ExpectAnswer(std::vector<std::string> words, const std::vector<std::string>& says) const {
    words.insert(words.begin(), "convert");
    const ProgramResult result = Stepwell(words);
    EXPECT_NE(result.exit_code, kDone) << ::testing::PrintToString(words);
    for (const std::string& text : says) EXPECT_THAT(result.err, HasSubstr(text)) << ::testing::PrintToString(words);
    EXPECT_EQ(result.out, "");
  }
};

TEST_F(Mistakes, WithTheFilesOfACheckpoint) {
  const std::string graph = folder_.Write("graph.pbtxt", kIterator).string();
  const std::string data = folder_.Copy(kVariables / "variables.data-00000-of-00001").string();
  ExpectAnswer({graph, "--input_checkpoint", data}, {"one of the data files", "variables'"});
  ExpectAnswer({graph, "--input_checkpoint", "variables"}, {"'variables.index'", "is missing"});
  ExpectAnswer({folder_.Write("variables.meta", "graph_def { " + kIterator + " }").string()},
               {"variables.index", "is missing"});
  folder_.Copy(kVariables / "variables.index");
  ExpectAnswer({graph, "--input", "it", "--input_checkpoint", "variables.index"}, {"'v' has no value"});
  std::filesystem::remove(data);
  ExpectAnswer({graph, "--input_checkpoint", "variables"}, {"variables.data-00000-of-00001", "does not exist"});
}

TEST_F(Mistakes, WithAMetaGraphWithoutItsCheckpoint) {
  ExpectAnswer({folder_.Write("model.ckpt.meta", "graph_def { " + kIterator + " }").string(), "--input", "it"},
               {"variable 'v' has no value", "no 'model.ckpt.index'"});
}

TEST_F(Mistakes, WithNamesAndPorts) {
  const std::string graph = folder_.Write("graph.pbtxt", kIterator).string();
  ExpectAnswer({graph, "--input", "it:7"}, {"node 'it' (IteratorGetNext) has no output port 7: it has only port 0"});
  ExpectAnswer({graph, "--output", "MMdnn_Output"}, {"no node 'MMdnn_Output'", "the graph ends in 'y'"});
  ExpectAnswer({graph, "--input", "it[1,2]"}, {"[1,2]", "'it'"});
  ExpectAnswer({graph, "--input", "it{f31}"}, {"{f31}"});
}

TEST_F(Mistakes, WithAGraphWhoseVariablesWereNeverInitialised) {
  const std::string graph = folder_.Write("graph.pbtxt", kIterator).string();
  ExpectAnswer({graph, "--input", "it"}, {"variable 'v' has no value", "not frozen", "--input_checkpoint"});
}

TEST_F(Mistakes, WithFilesOfOtherKinds) {
  const std::string lfs = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n";
  ExpectAnswer({folder_.Write("pointer.pb", lfs).string()}, {"pointer.pb", "Git LFS pointer", "git lfs pull"});
  const std::string onnx("\x08\x08\x12\x04test:\x00", 10);
  ExpectAnswer({folder_.Write("model.onnx", onnx).string()}, {"an ONNX model"});
  ExpectAnswer({folder_.Write("model.tflite", "\x1c\x01\x02\x03TFL3").string()}, {"TensorFlow Lite"});
  ExpectAnswer({folder_.Write("model.h5", "\x89HDF\r\n").string()}, {"a Keras file"});
  ExpectAnswer({folder_.Write("model.keras", "PK\x03\x04").string()}, {"ZIP archive", ".keras"});
  ExpectAnswer({folder_.Write("empty.pb", "").string()}, {"the file is empty"});
  ExpectAnswer({Speech("0.3.0-64"), "--input_model_is_text"}, {"the file is binary", "--input_model_is_text"});
  ExpectAnswer({folder_.path().string()}, {"holds no checkpoint"});
  ExpectAnswer({Speech("0.3.0-64"), "--framework", "onnx"}, {"--framework", "onnx"});
}

TEST_F(Mistakes, ThatAreNone) {
  const std::string meta = Model("deepspeech/0.8.2-64/checkpoint_cpu/best_dev-1.meta");
  EXPECT_EQ(Stepwell({"info", "--input_model", meta}).exit_code, kDone) << "a .meta as --input_model";
  EXPECT_EQ(Stepwell({"info", "--input_meta_graph", Speech("0.3.0-64")}).exit_code, kDone) << "a .pb as MetaGraph";
  EXPECT_EQ(Stepwell({"info", "--input_checkpoint", Model("deepspeech/0.8.2-64/checkpoint_cpu")}).exit_code, kDone);
}

}  // namespace
}  // namespace stepwell::tests
