// SavedModels: signatures for names, several MetaGraphs, and the numbers that TensorFlow gives.
#include "tests/cli/command_line.h"

namespace stepwell::tests {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

const std::filesystem::path kTwoTags = STEPWELL_SOURCE_DIR "/tests/data/saved_models/two_tags";

class SavedModelCommands : public CommandLine {
 protected:
  // Converts with these flags, runs the file on x.npy and compares the output with what TensorFlow recorded.
  void ExpectLikeTensorFlow(const std::vector<std::string>& flags, const std::string& output,
                            const std::string& recorded) const {
    std::vector<std::string> words = {"convert", "--saved_model_dir", kTwoTags.string()};
    words.insert(words.end(), flags.begin(), flags.end());
    ASSERT_EQ(Stepwell(words).exit_code, kDone);
    const ProgramResult run = Stepwell(
        {"run", "saved_model.xml", "--input", "x=" + (kTwoTags / "x.npy").string(), "--output-dir", "results"});
    ASSERT_EQ(run.exit_code, kDone) << run.err;
    const Tensor found = ReadNpy(folder_ / ("results/" + output + ".npy"));
    const Tensor expected = ReadNpy(kTwoTags / recorded);
    ASSERT_EQ(ToText(found.type()), ToText(expected.type()));
    for (std::size_t i = 0; i < expected.as<float>().size(); ++i) {
      EXPECT_NEAR(found.as<float>()[i], expected.as<float>()[i], 1e-6) << output << " " << i;
    }
  }
};

TEST_F(SavedModelCommands, GiveWhatTensorFlowGives) {
  ExpectLikeTensorFlow({}, "scores", "scores_serve.npy");
  ExpectLikeTensorFlow({"--saved_model_tags", "serve,train"}, "scores", "scores_train.npy");
  ExpectLikeTensorFlow({"--signature", "logits"}, "y", "y_serve.npy");
}

TEST_F(SavedModelCommands, NameInputsAndOutputsByTheSignature) {
  const auto info = Json({"info", kTwoTags.string()});
  EXPECT_THAT(Each(info["inputs"], "name"), ElementsAre("x"));
  EXPECT_THAT(Each(info["outputs"], "name"), ElementsAre("scores"));
  const auto cut = Json({"info", "--saved_model_dir", kTwoTags.string(), "--input", "x[5,4]", "--output", "raw"});
  EXPECT_EQ(cut["inputs"][0]["shape"], nlohmann::json({5, 4}));
  EXPECT_THAT(Each(cut["outputs"], "name"), ElementsAre("raw"));
  const auto nodes = Json({"info", kTwoTags.string(), "--input", "features_in[5,4]", "--output", "probabilities"});
  EXPECT_THAT(Each(nodes["inputs"], "name"), ElementsAre("features_in"));
}

TEST_F(SavedModelCommands, AnswerToTheNamesOfTheNodes) {
  ASSERT_EQ(Stepwell({"convert", kTwoTags.string()}).exit_code, kDone);
  const std::string xml = testing::ReadWhole(folder_ / "saved_model.xml");
  EXPECT_THAT(xml, AllOf(HasSubstr("features_in:0"), HasSubstr("probabilities")));
}

TEST_F(SavedModelCommands, AreVerifiedUnderTheNamesOfTheSignature) {
  const ProgramResult result = Stepwell({"convert", kTwoTags.string(), "--verify", "2"});
  EXPECT_EQ(result.exit_code, kDone) << result.err;
}

TEST_F(SavedModelCommands, ListSignaturesWhereThereIsNoneOfTheName) {
  const ProgramResult result = Stepwell({"convert", kTwoTags.string(), "--signature", "predict"});
  EXPECT_EQ(result.exit_code, kFailed);
  EXPECT_THAT(result.err, HasSubstr("there is no signature 'predict'; there are 'logits', 'serving_default'"));
}

}  // namespace
}  // namespace stepwell::tests
