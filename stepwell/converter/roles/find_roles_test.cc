#include "stepwell/converter/roles/find_roles.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "stepwell/converter/convert_test_support.h"
#include "stepwell/converter/roles/metadata.h"
#include "stepwell/ir/roles.h"

namespace stepwell::converter {
namespace {

using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

// hidden' = features -> LSTMBlockCell; logits = hidden' . W, unlike DeepSpeech in every name.
GraphWriter TinySpeech() {
  GraphWriter writer;
  writer.Placeholder("q", TfType::kFloat, {1, 2, 1, 2});
  writer.Placeholder("k", TfType::kFloat, {1, 1});
  writer.Placeholder("m", TfType::kFloat, {1, 1});
  writer.Reshape("frames", "q", {2, 1, 2});
  writer.Int("steps32", 2);
  writer.Node("steps", "Cast", {"steps32"}, {{"SrcT", TfType::kInt32}, {"DstT", TfType::kInt64}});
  writer.Weights("w", FloatTensor({3, 4}, std::vector<float>(12, 0.5F)));
  writer.Weights("b", FloatTensor({4}, std::vector<float>(4, 0.0F)));
  writer.Weights("p", FloatTensor({1}, std::vector<float>{0}));
  writer.Node("lstm", "BlockLSTM", {"steps", "frames", "m", "k", "w/read", "p/read", "p/read", "p/read", "b/read"},
              {{"T", TfType::kFloat}, {"forget_bias", 1.0F}, {"cell_clip", -1.0F}, {"use_peephole", false}});
  writer.Op("odd", "Softmax", {"lstm:6"});
  return writer;
}

TEST(FindRoles, NeedsNoNames) {
  const ir::Graph graph = ConvertWriter(TinySpeech()).graph;
  EXPECT_THAT(graph.roles(), UnorderedElementsAre(Pair("features", "q"), Pair("logits", "odd")));
  EXPECT_THAT(graph.metadata(), UnorderedElementsAre(Pair(ir::kLogitsKind, ir::kLogitsAreProbabilities)));
}

TEST(FindRoles, LeavesOutWhatMayBeEither) {
  GraphWriter writer = TinySpeech();
  writer.Placeholder("q2", TfType::kFloat, {1, 2, 1, 2});
  writer.Reshape("frames2", "q2", {2, 1, 2});
  writer.Node("lstm2", "BlockLSTM", {"steps", "frames2", "m", "k", "w/read", "p/read", "p/read", "p/read", "b/read"},
              {{"T", TfType::kFloat}, {"forget_bias", 1.0F}, {"cell_clip", -1.0F}, {"use_peephole", false}});
  writer.Op("odd2", "Softmax", {"lstm2:6"});
  EXPECT_THAT(ConvertWriter(std::move(writer)).graph.roles(), IsEmpty());
}

TEST(FindRoles, SeesNoWordsInALookupWithoutState) {
  GraphWriter writer;
  writer.Placeholder("ids", TfType::kInt32, {1, 4});
  writer.Weights("table", FloatTensor({3, 1}, std::vector<float>{1, 2, 3}));
  writer.Node("y", "Gather", {"table/read", "ids"}, {{"Tparams", TfType::kFloat}, {"Tindices", TfType::kInt32}});
  EXPECT_THAT(ConvertWriter(std::move(writer)).graph.roles(), IsEmpty());
}

SourceTensor Text(const std::string& text) {
  SourceTensor tensor;
  tensor.tf_type = TfType::kString;
  tensor.shape = {1};
  tensor.strings = {text};
  return tensor;
}

TEST(FindMetadata, TakesNumbersTextAndBytes) {
  GraphWriter writer;
  writer.Ints("metadata_version", {1}, {6});
  writer.Ints("metadata_several", {2}, {1, -2});
  writer.Const("metadata_language", Text("en-US"));
  writer.Const("metadata_alphabet", Text(std::string("\0\xff\x10z", 4)));
  writer.Const("metadata_blob", Text(std::string("\x01", 1)));
  writer.Ints("other", {1}, {6});
  EXPECT_THAT(FindMetadata(std::move(writer).Finish()),
              UnorderedElementsAre(Pair("version", "6"), Pair("several", "1,-2"), Pair("language", "en-US"),
                                   Pair("alphabet_base64", "AP8Qeg=="), Pair("blob_base64", "AQ==")));
}

}  // namespace
}  // namespace stepwell::converter
