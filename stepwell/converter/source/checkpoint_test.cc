#include "stepwell/converter/source/checkpoint.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

#include "stepwell/converter/source/graph_reader.h"
#include "stepwell/converter/source/source_test_support.h"
#include "stepwell/converter/source/table_test_support.h"
#include "stepwell/converter/source/tensor_slice.h"
#include "tests/support/temp_folder.h"

namespace stepwell::converter {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::TempFolder;

template <class T>
std::vector<T> Indices(std::size_t count) {
  std::vector<T> values(count);
  std::iota(values.begin(), values.end(), T{0});
  return values;
}

std::string OpenMessage(const std::filesystem::path& path) {
  return MessageOf([&] { OpenCheckpoint(path); });
}

// The names of the variables whose weights a frozen graph holds under the same name.
std::vector<std::string> WeightsOf(const SourceGraph& graph, const Checkpoint& checkpoint) {
  std::vector<std::string> names;
  for (const std::string& name : checkpoint.Names()) {
    const SourceNode* const node = graph.FindNode(name);
    if (node != nullptr && node->op == "Const") names.push_back(name);
  }
  return names;
}

TEST(Checkpoint, HoldsTheWeightsOfTheFrozenGraph) {
  const SourceGraph frozen = ReadGraphDef(MapFile(ModelPath("deepspeech/0.8.2-64/output_graph.pb")));
  for (const char* name : {"checkpoint_cpu/best_dev-1", "checkpoint_cpu_tf115/best_dev-1", "checkpoint_cudnn"}) {
    const Checkpoint checkpoint = OpenCheckpoint(ModelPath("deepspeech/0.8.2-64") / name);
    const std::vector<std::string> weights = WeightsOf(frozen, checkpoint);
    EXPECT_EQ(weights.size(), 12U) << name;
    for (const std::string& weight : weights) {
      const SourceTensor& expected = frozen.Node(weight).TensorAttr("value");
      const SourceTensor found = checkpoint.Read(weight);
      EXPECT_EQ(found.shape, expected.shape);
      EXPECT_TRUE(SameBytes(found.Bytes().Get(), expected.Bytes().Get())) << name << ' ' << weight;
    }
  }
}

TEST(Checkpoint, ListsTheVariablesOfACudnnCheckpoint) {
  const Checkpoint checkpoint = OpenCheckpoint(ModelPath("deepspeech/0.8.2-64/checkpoint_cudnn"));
  EXPECT_EQ(checkpoint.Names().size(), 39U);
  EXPECT_EQ(checkpoint.Type("cudnn_lstm/opaque_kernel").shape, Shape{8 * 64 * 64 + 8 * 64});
  EXPECT_EQ(checkpoint.Type("global_step").dtype, DType::kI64);
  EXPECT_THAT(Elements<std::int64_t>(checkpoint.Read("global_step")), ElementsAre(732522));
}

TEST(Checkpoint, ReadsEveryElementTypeOfBothFormats) {
  for (const char* name : {"v2_types", "v1_types"}) {
    const Checkpoint checkpoint = OpenCheckpoint(CheckpointFixture(name));
    EXPECT_EQ(Elements<float>(checkpoint.Read("float32")), Indices<float>(6)) << name;
    EXPECT_EQ(Elements<double>(checkpoint.Read("float64")), Indices<double>(6)) << name;
    EXPECT_EQ(Elements<std::int8_t>(checkpoint.Read("int8")), Indices<std::int8_t>(6)) << name;
    EXPECT_EQ(Elements<std::uint8_t>(checkpoint.Read("uint8")), Indices<std::uint8_t>(6)) << name;
    EXPECT_EQ(Elements<std::int16_t>(checkpoint.Read("int16")), Indices<std::int16_t>(6)) << name;
    EXPECT_EQ(Elements<std::int32_t>(checkpoint.Read("int32")), Indices<std::int32_t>(6)) << name;
    EXPECT_EQ(Elements<std::int64_t>(checkpoint.Read("int64")), Indices<std::int64_t>(6)) << name;
    EXPECT_THAT(Elements<std::uint8_t>(checkpoint.Read("flag")), ElementsAre(0, 1, 0, 1, 0, 1)) << name;
    EXPECT_THAT(Elements<std::uint16_t>(checkpoint.Read("float16")),
                ElementsAre(0, 0x3c00, 0x4000, 0x4200, 0x4400, 0x4500))
        << name;
    EXPECT_EQ(checkpoint.Type("float16").shape, (Shape{2, 3}));
  }
  const Checkpoint v2 = OpenCheckpoint(CheckpointFixture("v2_types"));
  EXPECT_EQ(Elements<std::uint16_t>(v2.Read("uint16")), Indices<std::uint16_t>(6));
  EXPECT_THAT(Elements<std::uint16_t>(v2.Read("bfloat16")), ElementsAre(0, 0x3f80, 0x4000, 0x4040, 0x4080, 0x40a0));
}

TEST(Checkpoint, PutsPartsTogetherInBothFormats) {
  for (const char* name : {"v2_parts", "v1_parts"}) {
    const Checkpoint checkpoint = OpenCheckpoint(CheckpointFixture(name));
    EXPECT_THAT(checkpoint.Names(), ElementsAre("columns", "rows", "scalar", "whole"));
    EXPECT_EQ(Elements<float>(checkpoint.Read("rows")), Indices<float>(60)) << name;
    EXPECT_EQ(Elements<float>(checkpoint.Read("columns")), Indices<float>(40)) << name;
    EXPECT_EQ(Elements<float>(checkpoint.Read("whole")), Indices<float>(12)) << name;
    EXPECT_EQ(Elements<std::int64_t>(checkpoint.Read("scalar")), Indices<std::int64_t>(1)) << name;
    EXPECT_EQ(checkpoint.Type("columns").shape, (Shape{5, 8}));
  }
}

TEST(Checkpoint, FindsPartsThatBeginFarInside) {
  for (const char* name : {"v2_long", "v1_long"}) {
    const auto values = Elements<std::int8_t>(OpenCheckpoint(CheckpointFixture(name)).Read("long"));
    ASSERT_EQ(values.size(), 20000U) << name;
    for (std::size_t i = 0; i < values.size(); ++i) ASSERT_EQ(values[i], static_cast<int>(i % 100)) << name << ' ' << i;
  }
}

TEST(Checkpoint, ReadsSeveralDataFiles) {
  const Checkpoint checkpoint = OpenCheckpoint(CheckpointFixture("v2_shards"));
  EXPECT_EQ(Elements<float>(checkpoint.Read("on_0")), Indices<float>(12));
  EXPECT_EQ(Elements<float>(checkpoint.Read("on_1")), Indices<float>(12));
}

TEST(Checkpoint, ReadsShardsByFolderPatternPrefixAndFile) {
  const auto folder = ModelPath("lm_1b/tiny/ckpt");
  for (const auto& path : {folder, folder / "ckpt-*", folder / "ckpt"}) {
    const Checkpoint checkpoint = OpenCheckpoint(path);
    EXPECT_EQ(checkpoint.Names().size(), 112U) << path;  // 1 + 62 + 40 + 9
    EXPECT_EQ(checkpoint.Type("lstm/lstm_1/W_4").shape, (Shape{4, 256}));
  }
  EXPECT_EQ(OpenCheckpoint(folder / "ckpt-lstm").Names().size(), 40U);
}

// Values as TensorFlow's own reader gives them (tf.train.load_checkpoint).
TEST(Checkpoint, ReadsTheTrainedLanguageModel) {
  const Checkpoint checkpoint = OpenCheckpoint(ModelPath("lm_1b/kjv/ckpt"));
  EXPECT_THAT(Elements<std::int32_t>(checkpoint.Read("global_step")), ElementsAre(1723));
  const auto weights = Elements<float>(checkpoint.Read("lstm/lstm_1/W_P_3"));
  ASSERT_EQ(weights.size(), 48U * 128);
  EXPECT_EQ(weights.front(), 0.11577148F);
  EXPECT_EQ(weights[1000], 0.014805514F);
  EXPECT_EQ(weights.back(), -0.062015157F);
}

TEST(Checkpoint, LeavesWholeVariablesInTheFile) {
  for (const char* name : {"deepspeech/trained/model.ckpt", "lm_1b/kjv/ckpt"}) {
    const Checkpoint checkpoint = OpenCheckpoint(ModelPath(name));
    const std::string variable = checkpoint.Names().front();
    EXPECT_EQ(checkpoint.Read(variable).Bytes().origin(), checkpoint.Read(variable).Bytes().origin());
  }
}

TEST(Checkpoint, AcceptsIndexMetaFolderAndStateFile) {
  const auto folder = ModelPath("deepspeech/0.8.2-64/checkpoint_cpu");
  for (const char* name : {"best_dev-1.index", "best_dev-1.meta", "best_dev-1", "", "best_dev_checkpoint"}) {
    EXPECT_EQ(OpenCheckpoint(folder / name).path(), folder / "best_dev-1") << name;
  }
  EXPECT_EQ(OpenCheckpoint(folder / "checkpoint").path(), folder / "train-1");
  EXPECT_EQ(OpenCheckpoint(ModelPath("deepspeech/trained")).path(), ModelPath("deepspeech/trained/model.ckpt"));
}

TEST(Checkpoint, SaysWhichPrefixToGiveForADataFile) {
  const auto prefix = ModelPath("deepspeech/trained/model.ckpt").string();
  EXPECT_EQ(
      OpenMessage(prefix + ".data-00000-of-00001"),
      fmt::format("'{0}.data-00000-of-00001' is one of the data files of a checkpoint; give what the names of its "
                  "files begin with: '{0}'",
                  prefix));
}

TEST(Checkpoint, SaysThatTheIndexIsMissing) {
  const TempFolder folder;
  folder.Copy(ModelPath("deepspeech/trained/model.ckpt.data-00000-of-00001"));
  const std::string expected =
      fmt::format("'{}', which says what is in it, is missing", (folder / "model.ckpt.index").string());
  EXPECT_THAT(OpenMessage(folder / "model.ckpt"), HasSubstr(expected));
  EXPECT_THAT(OpenMessage(folder.path()), HasSubstr(expected));
}

TEST(Checkpoint, SaysThatAShardIsMissing) {
  const TempFolder folder;
  folder.Copy(CheckpointFixture("v2_shards.index"));
  folder.Copy(CheckpointFixture("v2_shards.data-00000-of-00002"));
  EXPECT_THAT(OpenMessage(folder / "v2_shards"),
              AllOf(HasSubstr("has 2 data files"), HasSubstr("v2_shards.data-00001-of-00002' does not exist")));
}

TEST(Checkpoint, SaysThatABundleIsCutShort) {
  const TempFolder folder;
  folder.Copy(CheckpointFixture("v2_parts.index"));
  const SharedBytes data = MapFile(CheckpointFixture("v2_parts.data-00000-of-00001"));
  folder.Write("v2_parts.data-00000-of-00001", data.span().first(40));
  const Checkpoint checkpoint = OpenCheckpoint(folder / "v2_parts");
  EXPECT_THAT(MessageOf([&] { checkpoint.Read("rows"); }),
              AllOf(HasSubstr("lie outside the 40 bytes there are"), HasSubstr("v2_parts.data-00000-of-00001"),
                    HasSubstr("reading variable 'rows'")));
}

TEST(Checkpoint, SeesAFlippedBitUnlessToldNotTo) {
  for (const char* name : {"v2_parts.data-00000-of-00001", "v1_parts"}) {
    const TempFolder folder;
    const SharedBytes original = MapFile(CheckpointFixture(name));
    std::vector<std::byte> damaged(original.span().begin(), original.span().end());
    constexpr std::byte kElevenInFloat[] = {std::byte{0}, std::byte{0}, std::byte{0x30}, std::byte{0x41}};
    const auto at = std::search(damaged.begin(), damaged.end(), std::begin(kElevenInFloat), std::end(kElevenInFloat));
    ASSERT_NE(at, damaged.end());
    *at ^= std::byte{1};
    folder.Write(name, damaged);
    if (std::string_view(name) != "v1_parts") folder.Copy(CheckpointFixture("v2_parts.index"));
    const auto prefix = folder / std::string_view(name).substr(0, 8);
    const auto read_all = [&](Checksums checksums) {
      const Checkpoint checkpoint = OpenCheckpoint(prefix, checksums);
      for (const std::string& variable : checkpoint.Names()) checkpoint.Read(variable);
    };
    EXPECT_THAT(MessageOf([&] { read_all(Checksums::kVerify); }), HasSubstr("is damaged: its checksum is")) << name;
    EXPECT_EQ(MessageOf([&] { read_all(Checksums::kSkip); }), "nothing was thrown") << name;
  }
}

// A TensorShapeProto, a SavedSliceMeta with one part, and a whole file of V1 with that one variable.
std::string ShapeOf(int elements) { return BytesField(2, VarintField(1, elements)); }
std::string Part(int begin, int length) {
  return BytesField(1, (begin == 0 ? "" : VarintField(1, begin)) + VarintField(2, length));
}
std::string ShardOfV1(int type, int elements, int begin, const std::string& bytes) {
  const int length = static_cast<int>(bytes.size());
  const std::string listing =
      BytesField(1, "v") + BytesField(2, ShapeOf(elements)) + VarintField(3, type) + BytesField(4, Part(begin, length));
  const std::string values = BytesField(3, BytesField(7, bytes));
  return TableWriter::TableOf({{"", BytesField(1, BytesField(1, listing))},
                               {SliceKey("v", {{begin, length}}), BytesField(2, BytesField(1, "v") + values)}});
}

TEST(Checkpoint, PutsPartsOfSeveralFilesTogether) {
  const TempFolder folder;
  folder.Write("model-00000-of-00002", ShardOfV1(4, 5, 0, "\1\2"));
  folder.Write("model-00001-of-00002", ShardOfV1(4, 5, 2, "\3\4\5"));
  EXPECT_THAT(Elements<std::uint8_t>(OpenCheckpoint(folder / "model").Read("v")), ElementsAre(1, 2, 3, 4, 5));
  std::filesystem::remove(folder / "model-00000-of-00002");
  EXPECT_THAT(MessageOf([&] { OpenCheckpoint(folder / "model").Read("v"); }), HasSubstr("a shard may be missing"));
}

TEST(Checkpoint, RefusesShardsThatContradictEachOther) {
  const TempFolder folder;
  folder.Write("model-00000-of-00002", ShardOfV1(4, 5, 0, "\1\2"));
  folder.Write("model-00001-of-00002", ShardOfV1(6, 5, 2, "\3\4\5"));
  EXPECT_THAT(OpenMessage(folder.path()),
              AllOf(HasSubstr("variable 'v' is DT_INT8[5] here, but DT_UINT8[5] in '"),
                    HasSubstr("model-00000-of-00002'"), HasSubstr("model-00001-of-00002'")));
}

// The fuzzer found this one: the first listing has no part to say where it stands.
TEST(Checkpoint, RefusesAVariableListedTwiceWithoutParts) {
  const auto listing = [](int type) {
    return BytesField(1, BytesField(1, "v") + BytesField(2, ShapeOf(2)) + VarintField(3, type));
  };
  const TempFolder folder;
  const auto file = folder.Write("model", TableWriter::TableOf({{"", BytesField(1, listing(4) + listing(6))}}));
  EXPECT_THAT(OpenMessage(file), AllOf(HasSubstr("variable 'v' is DT_INT8[2] here, but DT_UINT8[2] in '"),
                                       HasSubstr(file.string())));
}

TEST(Checkpoint, RefusesHeadersItCannotServe) {
  const TempFolder folder;
  const auto message_of = [&](const std::string& header) {
    folder.Write("model.index", TableWriter::TableOf({{"", header}}));
    return OpenMessage(folder / "model");
  };
  EXPECT_THAT(message_of(VarintField(1, 1) + VarintField(2, 1)), HasSubstr("written on a big-endian machine"));
  EXPECT_THAT(message_of(VarintField(1, 1 << 30)), HasSubstr("announces 1073741824 data files"));
  EXPECT_THAT(message_of(VarintField(1, -1)), HasSubstr("announces -1 data files"));
  folder.Write("model.index", TableWriter::TableOf({{"a", ""}}));
  EXPECT_THAT(OpenMessage(folder / "model"), HasSubstr("it has no header"));
}

TEST(Checkpoint, RefusesEntriesThatContradictTheData) {
  const TempFolder folder;
  folder.Write("model.data-00000-of-00001", "12345678");
  const auto message_of = [&](const std::string& entry) {
    folder.Write("model.index", TableWriter::TableOf({{"", VarintField(1, 1)}, {"v", entry}}));
    return MessageOf([&] { OpenCheckpoint(folder / "model", Checksums::kSkip).Read("v"); });
  };
  const std::string two_floats = VarintField(1, 1) + BytesField(2, ShapeOf(2));
  EXPECT_EQ(message_of(two_floats + VarintField(5, 8)), "nothing was thrown");
  EXPECT_THAT(message_of(two_floats + VarintField(5, 4)), HasSubstr("f32[2] takes 8 bytes, but 4 are stored"));
  EXPECT_THAT(message_of(two_floats + VarintField(4, 4) + VarintField(5, 8)), HasSubstr("lie outside the 8 bytes"));
  EXPECT_THAT(message_of(two_floats + VarintField(4, -4) + VarintField(5, 8)), HasSubstr("lie outside the 8 bytes"));
  EXPECT_THAT(message_of(two_floats + VarintField(3, 1)), HasSubstr("lies in data file 1, but there are 1"));
  EXPECT_THAT(message_of(VarintField(1, 1) + BytesField(2, ShapeOf(-1))), HasSubstr("its shape is not fixed"));
  EXPECT_THAT(message_of(VarintField(1, 7) + VarintField(5, 8)), HasSubstr("values of DT_STRING cannot be read"));
  EXPECT_THAT(message_of(two_floats + BytesField(7, Part(0, 2))),
              HasSubstr("the part 0,2 is announced, but not there"));
}

TEST(Checkpoint, NamesTheNearestVariable) {
  const Checkpoint checkpoint = OpenCheckpoint(ModelPath("deepspeech/trained/model.ckpt"));
  EXPECT_FALSE(checkpoint.Has("layer_1/weight"));
  EXPECT_THAT(MessageOf([&] { checkpoint.Type("layer_1/weight"); }), HasSubstr("did you mean 'layer_1/weights'"));
}

TEST(Checkpoint, StaysInsideItsFolder) {
  const TempFolder outside;
  outside.Copy(CheckpointFixture("v2_parts.data-00000-of-00001"));
  const TempFolder folder;
  folder.Copy(CheckpointFixture("v2_parts.index"));
  std::filesystem::create_symlink(outside / "v2_parts.data-00000-of-00001", folder / "v2_parts.data-00000-of-00001");
  EXPECT_THAT(OpenMessage(folder / "v2_parts"), HasSubstr("is a link out of the folder of"));
  folder.Write("checkpoint", "model_checkpoint_path: \"../v2_parts\"\n");
  EXPECT_THAT(OpenMessage(folder.path()), HasSubstr("which lies outside its folder"));
}

TEST(Checkpoint, FindsACheckpointThatWasMovedToAnotherMachine) {
  const TempFolder folder;
  folder.Copy(CheckpointFixture("v2_parts.index"));
  folder.Copy(CheckpointFixture("v2_parts.data-00000-of-00001"));
  folder.Write("checkpoint", "model_checkpoint_path: \"/home/trainer/run7/v2_parts\"\n");
  EXPECT_EQ(OpenCheckpoint(folder.path()).path(), folder / "v2_parts");
}

TEST(Checkpoint, SaysWhatAPathThatIsNoCheckpointLacks) {
  const TempFolder folder;
  EXPECT_THAT(OpenMessage(folder.path()), HasSubstr("holds no checkpoint"));
  EXPECT_THAT(OpenMessage(folder / "absent"), HasSubstr("there is no file"));
  EXPECT_THAT(OpenMessage(folder / "absent-*"), HasSubstr("no file matches"));
  folder.Write("checkpoint", "model_checkpoint_path: \"gone\"\n");
  EXPECT_THAT(OpenMessage(folder.path()), HasSubstr("of which no file is there"));
  folder.Write("checkpoint", "model_checkpoint_path: 7\n");
  EXPECT_THAT(OpenMessage(folder.path()), HasSubstr("line 1, column 24"));
  folder.Write("model.h5", "not a table");
  EXPECT_THAT(OpenMessage(folder / "model.h5"), HasSubstr("does not end as a table of variables does"));
}

TEST(Checkpoint, AsksWhichOfSeveralIsMeant) {
  const TempFolder folder;
  folder.Copy(CheckpointFixture("v2_parts.index"));
  folder.Copy(CheckpointFixture("v2_types.index"));
  EXPECT_THAT(OpenMessage(folder.path()), AllOf(HasSubstr("holds 2 checkpoints"), HasSubstr("v2_types.index")));
}

}  // namespace
}  // namespace stepwell::converter
