#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "stepwell/converter/convert_test_support.h"
#include "tests/support/message_of.h"

namespace stepwell::converter {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

GraphWriter::Attrs GatherAttrs() { return {{"Tparams", TfType::kFloat}, {"Tindices", TfType::kInt32}}; }

// Rows of a table looked up by their distinct numbers, as lm_1b's char_embedding/EmbeddingLookupUnique does.
GraphWriter Lookup(const std::string& outer_indices = "unique:1") {
  GraphWriter writer;
  writer.Placeholder("x", TfType::kInt32, {4});
  writer.Weights("table", FloatTensor({3, 1}, std::vector<float>{10, 11, 12}));
  writer.Node("unique", "Unique", {"x"}, {{"T", TfType::kInt32}});
  writer.Node("rows", "Gather", {"table/read", "unique"}, GatherAttrs());
  writer.Node("y", "Gather", {"rows", outer_indices}, GatherAttrs());
  return writer;
}

TEST(UniqueGather, LooksUpDirectly) {
  const ir::Graph graph = ConvertWriter(Lookup()).graph;
  const std::vector<std::int32_t> numbers{2, 0, 2, 1};
  std::vector<Tensor> inputs;
  inputs.push_back(Tensor::Of<std::int32_t>({4}, numbers));
  const std::vector<Tensor> outputs = RunReference(graph, inputs);
  EXPECT_THAT(outputs.at(0).as<float>(), ElementsAre(12, 10, 12, 11));
}

TEST(UniqueGather, MayBeAskedForItsWidth) {
  GraphWriter writer = Lookup();
  writer.Node("shape", "Shape", {"rows"}, {{"T", TfType::kFloat}});
  writer.Ints("begin", {1}, {1});
  writer.Ints("size", {1}, {-1});
  writer.Node("width", "Slice", {"shape", "begin", "size"}, {{"T", TfType::kInt32}, {"Index", TfType::kInt32}});
  writer.Node("z", "Reshape", {"y", "width"}, {{"T", TfType::kFloat}});
  EXPECT_THAT(MessageOf([&] { ConvertWriter(writer, {.outputs = ParseOutputs("y,width")}); }),
              testing::Not(HasSubstr("Unique")));
}

TEST(UniqueGather, IsRefusedWhereTheNumberOfDistinctValuesShows) {
  GraphWriter writer = Lookup();
  writer.Node("shape", "Shape", {"rows"}, {{"T", TfType::kFloat}});
  writer.Node("z", "Cast", {"shape"}, {{"SrcT", TfType::kInt32}, {"DstT", TfType::kFloat}});
  EXPECT_THAT(MessageOf([&] { ConvertWriter(std::move(writer)); }),
              HasSubstr("Unique (1: 'unique'; the shape of its output depends on data)"));
}

TEST(UniqueGather, IsRefusedWhereOtherIndicesAreUsed) {
  EXPECT_THAT(MessageOf([] { ConvertWriter(Lookup("x")); }), HasSubstr("Unique (1: 'unique'"));
}

TEST(UniqueGather, StaysCutWhereTheUserCutsIt) {
  const ir::Graph graph = ConvertWriter(Lookup(), {.inputs = ParseInputs("unique:0[4],unique:1[4]")}).graph;
  EXPECT_THAT(NamesOf(graph.inputs()), ElementsAre("unique:0", "unique:1"));
  EXPECT_EQ(ToText(graph.value(graph.inputs()[1].value).type), "i32[4]");
}

}  // namespace
}  // namespace stepwell::converter
