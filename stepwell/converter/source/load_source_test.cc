#include "stepwell/converter/source/load_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "stepwell/converter/source/graph_reader.h"
#include "stepwell/converter/source/source_test_support.h"
#include "tests/support/temp_folder.h"

namespace stepwell::converter {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using testing::TempFolder;

LoadedSource Load(const std::filesystem::path& model) { return LoadSource({.model = model}); }
std::string LoadMessage(const std::filesystem::path& model) {
  return MessageOf([&] { Load(model); });
}

TEST(LoadSource, FindsOutWhatAPathHolds) {
  EXPECT_EQ(Load(ModelPath("deepspeech/0.3.0-64/output_graph.pb")).kind, SourceKind::kGraphDef);
  EXPECT_EQ(Load(ModelPath("deepspeech/0.3.0-64/output_graph.pbmm")).kind, SourceKind::kMemmapped);
  EXPECT_EQ(Load(ModelPath("lm_1b/kjv/graph.pbtxt")).kind, SourceKind::kGraphDef);
  EXPECT_EQ(Load(ModelPath("deepspeech/0.8.2-64/checkpoint_cpu/train-1.meta")).kind, SourceKind::kMetaGraph);
  EXPECT_EQ(Load(ModelPath("deepspeech/0.8.2-64/checkpoint_cpu/train-1")).kind, SourceKind::kCheckpointOnly);
  EXPECT_EQ(Load(ModelPath("deepspeech/0.8.2-64/checkpoint_cpu/train-1.index")).kind, SourceKind::kCheckpointOnly);
  EXPECT_EQ(Load(ModelPath("deepspeech/0.8.2-64/checkpoint_cudnn")).kind, SourceKind::kCheckpointOnly);
  EXPECT_EQ(Load(ModelPath("lm_1b/kjv/ckpt")).kind, SourceKind::kCheckpointOnly);
  EXPECT_EQ(Load(ModelPath("lm_1b/kjv/ckpt/ckpt-base")).kind, SourceKind::kCheckpointOnly);
}

TEST(LoadSource, GivesTheSameGraphFromAMappedPackage) {
  for (const char* model : {"0.3.0-64", "0.8.2-64", "0.9.3-64", "0.9.3-64-peaky", "trained"}) {
    const auto folder = ModelPath("deepspeech") / model;
    const LoadedSource frozen = Load(folder / "output_graph.pb");
    const LoadedSource mapped = Load(folder / "output_graph.pbmm");
    ASSERT_EQ(mapped.graph.nodes().size(), frozen.graph.nodes().size());
    for (const SourceNode& expected : frozen.graph.nodes()) {
      const SourceNode& node = mapped.graph.Node(expected.name);
      EXPECT_EQ(node.op, expected.op);
      EXPECT_EQ(node.inputs, expected.inputs);
      if (expected.op != "Const" || !expected.TensorAttr("value").dtype) continue;
      EXPECT_TRUE(SameBytes(node.TensorAttr("value").Bytes().Get(), expected.TensorAttr("value").Bytes().Get()))
          << node.name;
      EXPECT_EQ(node.TensorAttr("value").shape, expected.TensorAttr("value").shape);
    }
  }
}

TEST(LoadSource, TakesTheCheckpointBesideAMetaGraph) {
  const LoadedSource source = Load(ModelPath("deepspeech/0.8.2-64/checkpoint_cudnn/best_dev-732522.meta"));
  ASSERT_TRUE(source.checkpoint);
  EXPECT_EQ(source.checkpoint->Names().size(), 39U);
  ASSERT_TRUE(source.saver);
  EXPECT_EQ(source.saver->restore_op, "save/restore_all");
  EXPECT_GT(source.graph.nodes().size(), 500U);
}

TEST(LoadSource, LeavesTheMetaGraphBesideACheckpointAlone) {
  const auto prefix = ModelPath("deepspeech/0.8.2-64/checkpoint_cpu/train-1");
  const LoadedSource source = Load(prefix);
  EXPECT_EQ(source.path, prefix);
  EXPECT_EQ(source.sibling_meta_graph, prefix.string() + ".meta");
  EXPECT_TRUE(source.graph.nodes().empty());
}

TEST(LoadSource, TakesTextGraphAndShards) {
  const LoadedSource source = LoadSource({.model = ModelPath("lm_1b/tiny/graph.pbtxt"),
                                          .checkpoint = ModelPath("lm_1b/tiny/ckpt"),
                                          .encoding = GraphEncoding::kText});
  ASSERT_TRUE(source.checkpoint);
  EXPECT_EQ(source.graph.producer(), 10);
  const SourceNode& weights = source.graph.Node("lstm/lstm_1/W_4");
  EXPECT_EQ(weights.op, "Variable");
  EXPECT_EQ(weights.ShapeAttr("shape"), source.checkpoint->Type("lstm/lstm_1/W_4").shape);
}

TEST(LoadSource, SaysWhatItCannotRead) {
  const TempFolder folder;
  EXPECT_THAT(LoadMessage(folder / "absent.pb"), HasSubstr("there is no file"));
  EXPECT_THAT(LoadMessage(folder.Write("empty.pb", "")), HasSubstr("the file is empty"));
  EXPECT_THAT(LoadMessage(folder.Write("model.h5", "\x89HDF\r\n")), HasSubstr("a Keras file"));
  EXPECT_THAT(LoadMessage(folder.Write("model.tflite", "\x1c\x01\x02\x03TFL3")), HasSubstr("TensorFlow Lite"));
  EXPECT_THAT(LoadMessage(folder.Write("saved_model.pb", "\x08\x01")), HasSubstr("the SavedModel holds no MetaGraph"));
  EXPECT_THAT(LoadMessage(folder.Write("bad.pbtxt", "node {\n  name: 'a'\n  op 7\n}")),
              AllOf(HasSubstr("line 3, column 6"), HasSubstr("reading the graph '"), HasSubstr("bad.pbtxt")));
  EXPECT_EQ(MessageOf([] { LoadSource({}); }), "neither a model nor a checkpoint is given");
}

TEST(LoadSource, SaysThatAGraphIsCutShort) {
  const TempFolder folder;
  const SharedBytes graph = MapFile(ModelPath("deepspeech/0.3.0-64/output_graph.pb"));
  EXPECT_THAT(LoadMessage(folder.Write("cut.pb", graph.span().first(graph.size() - 1))),
              AllOf(HasSubstr("bytes are announced"), HasSubstr("cut.pb")));
}

TEST(LoadSource, RefusesGraphsThatContradictThemselves) {
  const TempFolder folder;
  const auto message_of = [&](std::string_view text) { return LoadMessage(folder.Write("graph.pbtxt", text)); };
  EXPECT_THAT(message_of("node { name: 'a' op: 'NoOp' } node { name: 'a' op: 'NoOp' }"),
              HasSubstr("two nodes are called 'a'"));
  EXPECT_THAT(message_of("node { op: 'NoOp' }"), HasSubstr("node 0 (NoOp) has no name"));
  EXPECT_THAT(message_of("node { name: 'a' op: 'Add' input: 'b:1' }"),
              HasSubstr("node 'a' (Add) takes an input from 'b', which is not in the graph"));
  EXPECT_THAT(message_of("node { name: 'a' op: 'Add' input: 'b' } node { name: 'b' op: 'Add' input: '^a' }"),
              HasSubstr("2 nodes are on it or depend on it: 'a', 'b'"));
  EXPECT_THAT(message_of("node { name: 'a' op: 'Add' input: 'b:x' }"), HasSubstr("does not end in an output number"));
  EXPECT_EQ(message_of("node { name: 'm' op: 'Merge' input: 'n' } node { name: 'n' op: 'NextIteration' input: 'm' }"),
            "nothing was thrown");
}

}  // namespace
}  // namespace stepwell::converter
