// MMdnn's spelling, and structures: graphs whose variables have no values.
#include "tests/cli/command_line.h"

namespace stepwell::tests {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;

const std::string kDense =
    "graph_def {\n"
    "node { name: 'x' op: 'Placeholder' attr { key: 'dtype' value { type: DT_FLOAT } }\n"
    "  attr { key: 'shape' value { shape { dim { size: 1 } dim { size: 4 } } } } }\n"
    "node { name: 'dense/w' op: 'VariableV2' attr { key: 'dtype' value { type: DT_FLOAT } }\n"
    "  attr { key: 'shape' value { shape { dim { size: 4 } dim { size: 3 } } } } }\n"
    "node { name: 'dense/w/read' op: 'Identity' input: 'dense/w' attr { key: 'T' value { type: DT_FLOAT } } }\n"
    "node { name: 'y' op: 'MatMul' input: 'x' input: 'dense/w/read' attr { key: 'T' value { type: DT_FLOAT } } }\n"
    "}\n";
const std::filesystem::path kTwoTags = STEPWELL_SOURCE_DIR "/tests/data/saved_models/two_tags";

class MmdnnSpelling : public CommandLine {
 protected:
  // A MetaGraph with the variable dense/w, and a checkpoint beside it that holds it.
  std::string Prefix() const {
    folder_.Write("model.ckpt.meta", kDense);
    folder_.Copy(kTwoTags / "variables/variables.index", "model.ckpt.index");
    folder_.Copy(kTwoTags / "variables/variables.data-00000-of-00001", "model.ckpt.data-00000-of-00001");
    return "model.ckpt";
  }
};

TEST_F(MmdnnSpelling, IsTheSameAsTheOtherOne) {
  const std::string prefix = Prefix();
  const ProgramResult mmdnn =
      Stepwell({"convert", "-n", prefix + ".meta", "-w", prefix, "--dstNodeName", "y", "-d", "a/model"});
  ASSERT_EQ(mmdnn.exit_code, kDone) << mmdnn.err;
  ASSERT_EQ(Mo({"--input_meta_graph", prefix + ".meta", "--output", "y", "-o", "b", "-n", "model"}).exit_code, kDone);
  EXPECT_EQ(testing::ReadWhole(folder_ / "a/model.xml"), testing::ReadWhole(folder_ / "b/model.xml"));
  EXPECT_EQ(testing::ReadWhole(folder_ / "a/model.bin"), testing::ReadWhole(folder_ / "b/model.bin"));
}

TEST_F(MmdnnSpelling, TakesItsOtherFlags) {
  const std::string prefix = Prefix();
  const ProgramResult result =
      Stepwell({"convert", "--srcFramework", "tensorflow", "--network", prefix + ".meta", "--weights", prefix,
                "--dstNodeName=y", "--inNodeName", "x", "--inShape", "4", "-o", "out"});
  ASSERT_EQ(result.exit_code, kDone) << result.err;
  EXPECT_TRUE(std::filesystem::exists(folder_ / "out/model.ckpt.xml"));
  EXPECT_EQ(Stepwell({"convert", "-f", "caffe", "-n", prefix + ".meta", "--dstNodeName", "y"}).exit_code, kUsage);
  EXPECT_THAT(Stepwell({"convert", "-n", prefix + ".meta", "--dstNodeName"}).err, HasSubstr("--dstNodeName"));
}

TEST_F(MmdnnSpelling, WithoutWeightsGivesTheStructureAlone) {
  ASSERT_EQ(Stepwell({"convert", "-n", Prefix() + ".meta", "--dstNodeName", "y", "-d", "structure"}).exit_code, kDone);
  EXPECT_EQ(std::filesystem::file_size(folder_ / "structure.bin"), 0U);
  const auto info = Json({"info", "structure.xml"});
  ASSERT_EQ(info["inputs"].size(), 2U);
  EXPECT_EQ(info["inputs"][1]["name"], "dense/w");
  EXPECT_EQ(info["inputs"][1]["role"], "variable");
  EXPECT_EQ(info["inputs"][1]["shape"], nlohmann::json({4, 3}));
  EXPECT_TRUE(info["inputs"][0]["shape"][0].is_null()) << "the batch stays free";
}

TEST_F(MmdnnSpelling, RefusesToRunAStructure) {
  const std::string meta = Prefix() + ".meta";
  ASSERT_EQ(Stepwell({"convert", "-n", meta, "--dstNodeName", "y", "-d", "structure"}).exit_code, kDone);
  for (const std::vector<std::string>& words :
       std::vector<std::vector<std::string>>{{"run", "structure.xml", "--output-dir", "out"},
                                             {"bench", "structure.xml"},
                                             {"convert", "-n", meta, "--dstNodeName", "y", "--verify", "1"}}) {
    const ProgramResult result = Stepwell(words);
    EXPECT_EQ(result.exit_code, kFailed);
    EXPECT_THAT(result.err,
                AllOf(HasSubstr("structure without weights"), HasSubstr("'dense/w'"), HasSubstr("-w PREFIX")));
  }
}

TEST_F(MmdnnSpelling, SaysWhatToGiveForWeights) {
  const std::string prefix = Prefix();
  const ProgramResult result =
      Stepwell({"convert", "-n", prefix + ".meta", "-w", prefix + ".data-00000-of-00001", "--dstNodeName", "y"});
  EXPECT_EQ(result.exit_code, kFailed);
  EXPECT_THAT(result.err, AllOf(HasSubstr("one of the data files"), HasSubstr("'model.ckpt'")));
  EXPECT_THAT(Stepwell({"convert", "-n", prefix + ".meta", "--dstNodeName", "MMdnn_Output"}).err,
              HasSubstr("the graph ends in 'y'"));
}

}  // namespace
}  // namespace stepwell::tests
