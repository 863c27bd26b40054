#include "stepwell/converter/source/saved_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "stepwell/converter/source/load_source.h"
#include "stepwell/converter/source/source_test_support.h"
#include "tests/support/temp_folder.h"

namespace stepwell::converter {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Key;
using ::testing::Pair;
using testing::TempFolder;

const std::filesystem::path kTwoTags = STEPWELL_SOURCE_DIR "/tests/data/saved_models/two_tags";

LoadedSource Load(const std::vector<std::string>& tags) {
  return LoadSource({.saved_model_dir = kTwoTags, .saved_model_tags = tags});
}

float FactorOf(const LoadedSource& source) {
  return Elements<float>(source.graph.Node("raw/y").TensorAttr("value")).at(0);
}

TEST(SavedModel, IsReadWithItsVariablesAndSignatures) {
  const LoadedSource source = Load({});
  EXPECT_EQ(source.kind, SourceKind::kSavedModel);
  EXPECT_EQ(source.path, kTwoTags / "saved_model.pb");
  ASSERT_TRUE(source.checkpoint);
  EXPECT_THAT(source.checkpoint->Names(), ElementsAre("dense/b", "dense/w"));
  EXPECT_THAT(source.signatures, ElementsAre(Key("logits"), Key("serving_default")));
  const Signature& signature = source.signatures.at("serving_default");
  EXPECT_THAT(signature.inputs, ElementsAre(Pair("x", SourceOutput{"features_in", 0})));
  EXPECT_THAT(signature.outputs, ElementsAre(Pair("scores", SourceOutput{"probabilities", 0})));
}

TEST(SavedModel, IsTheMetaGraphThatHasAllTheTags) {
  EXPECT_EQ(FactorOf(Load({})), 1);
  EXPECT_EQ(FactorOf(Load({"serve"})), 1);
  EXPECT_EQ(FactorOf(Load({"serve", "train"})), 2);
  EXPECT_EQ(FactorOf(Load({"train", "serve"})), 2);
  EXPECT_THAT(MessageOf([] { Load({"train"}); }),
              AllOf(HasSubstr("no MetaGraph of the SavedModel is tagged 'train'"), HasSubstr("--saved_model_tags"),
                    HasSubstr("there are 'serve,train'; 'serve'"), HasSubstr("two_tags/saved_model.pb")));
}

TEST(SavedModel, IsFoundInItsFolderAndByItsFile) {
  EXPECT_EQ(LoadSource({.model = kTwoTags}).kind, SourceKind::kSavedModel);
  EXPECT_TRUE(LoadSource({.model = kTwoTags / "saved_model.pb"}).checkpoint);
}

constexpr std::string_view kText =
    "saved_model_schema_version: 1\n"
    "meta_graphs { meta_info_def { tags: 'serve' tags: 'gpu' } graph_def { node { name: 'a' op: 'NoOp' } } }\n"
    "meta_graphs { meta_info_def { tags: 'serve' tags: 'tpu' }\n"
    "  graph_def { node { name: 'b' op: 'NoOp' } library { function { signature { name: 'f' } } } }\n"
    "  signature_def { key: 's' value { outputs { key: 'y' value { name: 'b:0' } } } } }\n";

TEST(SavedModel, IsReadFromTextWithItsFunctions) {
  const TempFolder folder;
  folder.Write("saved_model.pbtxt", kText);
  const LoadedSource source = LoadSource({.model = folder.path(), .saved_model_tags = {"serve", "tpu"}});
  EXPECT_THAT(source.graph.NodeNames(), ElementsAre("b"));
  EXPECT_FALSE(source.checkpoint);
  EXPECT_GT(source.graph.library().size(), 0U);
  EXPECT_EQ(source.signatures.at("s").outputs.at("y").node, "b");
}

TEST(SavedModel, AsksForTagsWhereNoneOfSeveralIsTheUsualOne) {
  const TempFolder folder;
  folder.Write("saved_model.pbtxt", kText);
  EXPECT_THAT(MessageOf([&] { LoadSource({.model = folder.path()}); }),
              AllOf(HasSubstr("none of them tagged just 'serve'"), HasSubstr("'gpu,serve'; 'serve,tpu'")));
}

TEST(SavedModel, IsRefusedWhereItIsNone) {
  const TempFolder folder;
  EXPECT_THAT(MessageOf([&] { LoadSource({.saved_model_dir = folder.path()}); }),
              HasSubstr("holds neither saved_model.pb nor saved_model.pbtxt"));
  EXPECT_THAT(MessageOf([&] { LoadSource({.saved_model_dir = folder / "absent"}); }), HasSubstr("is no folder"));
  EXPECT_THAT(MessageOf([&] { LoadSource({.model = folder.Write("saved_model.pb", "\x08\x01")}); }),
              HasSubstr("holds no MetaGraph"));
  EXPECT_THAT(MessageOf([] {
                LoadSource({.model = ModelPath("deepspeech/0.3.0-64/output_graph.pb"), .saved_model_tags = {"serve"}});
              }),
              HasSubstr("the file is no SavedModel but a GraphDef"));
}

}  // namespace
}  // namespace stepwell::converter
