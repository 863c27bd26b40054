// Every reader of TensorFlow's files over thousands of damaged ones; see tests/support/mutate.h.

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "stepwell/converter/source/checkpoint.h"
#include "stepwell/converter/source/graph_reader.h"
#include "stepwell/converter/source/load_source.h"
#include "stepwell/converter/source/meta_graph_reader.h"
#include "stepwell/converter/source/pbmm_reader.h"
#include "stepwell/converter/source/source_test_support.h"
#include "stepwell/converter/source/table_test_support.h"
#include "stepwell/converter/source/text_format.h"
#include "tests/support/mutate.h"
#include "tests/support/temp_folder.h"

namespace stepwell::converter {
namespace {

using testing::ExpectSurvivesDamage;
using testing::TempFolder;
using Bytes = std::span<const std::byte>;

// A graph with every kind of attribute and value.
constexpr std::string_view kGraphText = R"(
node { name: "x" op: "Placeholder" attr { key: "dtype" value { type: DT_FLOAT } }
       attr { key: "shape" value { shape { dim { size: -1 } dim { size: 3 } } } } }
node { name: "w" op: "Const" attr { key: "value" value { tensor { dtype: DT_FLOAT
       tensor_shape { dim { size: 3 } dim { size: 2 } } tensor_content: "0123456789abcdefghijklmn" } } } }
node { name: "axis" op: "Const" attr { key: "value" value { tensor { dtype: DT_INT32
       tensor_shape { dim { size: 4 } } int_val: [1, -2] } } } }
node { name: "names" op: "Const" attr { key: "value" value { tensor { dtype: DT_STRING
       tensor_shape { dim { size: 2 } } string_val: ["a", "b"] } } } }
node { name: "half" op: "Const" attr { key: "value" value { tensor { dtype: DT_HALF tensor_shape { } half_val: 7 } } } }
node { name: "y" op: "MatMul" input: "x" input: "w:0" input: "^axis" device: "/cpu:0"
       attr { key: "transpose_a" value { b: false } } attr { key: "T" value { type: DT_FLOAT } }
       attr { key: "_class" value { list { s: "loc:@w" } } } attr { key: "s" value { list { i: [1, 2, -1] } } }
       attr { key: "f" value { list { f: [1.5, 2] } } } attr { key: "shapes" value { list { shape { dim { size: 1 } } } } }
       attr { key: "body" value { func { name: "g" } } } }
versions { producer: 27 }
)";

std::string AsText(const SharedBytes& bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }
Bytes AsBytes(std::string_view text) { return std::as_bytes(std::span(text)); }

// All that a converter would do with a graph.
void Use(const SourceGraph& graph) {
  for (const SourceNode& node : graph.nodes()) {
    const auto value = node.attrs.find("value");
    const auto* const tensor = value == node.attrs.end() ? nullptr : std::get_if<SourceTensor>(&value->second);
    if (tensor != nullptr && tensor->dtype && tensor->shape.num_elements() < 4096) tensor->Bytes().Get();
  }
  graph.Validate();
}

void Use(const Checkpoint& checkpoint) {
  for (const std::string& name : checkpoint.Names()) checkpoint.Read(name);
}

std::string DirectoryElement(char offset, const std::string& name) {
  return BytesField(1, std::string("\x08") + offset + BytesField(2, "memmapped_package://" + name));
}

// 24 bytes of weights at 0, the graph at 64.
std::string SmallPackage() {
  const SharedBytes graph = TextToWire(
      "node { name: 'w' op: 'ImmutableConst' attr { key: 'dtype' value { type: DT_FLOAT } } attr { key: 'shape' value "
      "{ "
      "shape { dim { size: 3 } dim { size: 2 } } } } attr { key: 'memory_region_name' value { s: "
      "'memmapped_package://w' "
      "} } } versions { producer: 27 }",
      TextMessage::kGraphDef);
  std::string package = std::string("0123456789abcdefghijklmn") + std::string(40, '\0') + AsText(graph);
  const auto directory = static_cast<char>(package.size());
  package += DirectoryElement(0, "w") + DirectoryElement(64, ".");
  return package + directory + std::string(7, '\0');
}

TEST(DamagedFiles, GraphDef) {
  const SharedBytes graph = TextToWire(kGraphText, TextMessage::kGraphDef);
  Use(ReadGraphDef(graph));
  ExpectSurvivesDamage(graph.span(), [](Bytes bytes) { Use(ReadGraphDef(SharedBytes::CopyOf(bytes))); });
}

TEST(DamagedFiles, WholeDeepSpeechGraph) {
  ExpectSurvivesDamage(MapFile(ModelPath("deepspeech/0.8.2-64/output_graph.pb")).span(),
                       [](Bytes bytes) { Use(ReadGraphDef(SharedBytes::CopyOf(bytes))); });
}

TEST(DamagedFiles, TextGraph) {
  ExpectSurvivesDamage(AsBytes(kGraphText), [](Bytes bytes) {
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    Use(ReadGraphDef(TextToWire(text, TextMessage::kGraphDef)));
  });
}

TEST(DamagedFiles, MetaGraph) {
  const std::string saver = BytesField(1, "save/Const:0") + BytesField(3, "save/restore_all");
  const std::string meta = BytesField(2, AsText(TextToWire(kGraphText, TextMessage::kGraphDef))) +
                           BytesField(3, saver) + BytesField(4, "collection");
  ExpectSurvivesDamage(AsBytes(meta),
                       [](Bytes bytes) { Use(ReadMetaGraphDef(WireReader(SharedBytes::CopyOf(bytes))).graph); });
}

TEST(DamagedFiles, MappedPackage) {
  const std::string package = SmallPackage();
  const SourceGraph graph = ReadPbmm(SharedBytes::CopyOf(AsBytes(package)));
  EXPECT_EQ(graph.Node("w").op, "Const");
  EXPECT_EQ(AsText(graph.Node("w").TensorAttr("value").Bytes().Get()), "0123456789abcdefghijklmn");
  ExpectSurvivesDamage(AsBytes(package), [](Bytes bytes) {
    const SharedBytes file = SharedBytes::CopyOf(bytes);
    IsPbmm(file);
    Use(ReadPbmm(file));
  });
}

// With checksums off, so that the damage gets past them.
TEST(DamagedFiles, IndexOfACheckpoint) {
  for (const char* name : {"v2_parts", "v2_types", "v2_shards"}) {
    const TempFolder folder;
    for (const char* suffix : {".data-00000-of-00001", ".data-00000-of-00002", ".data-00001-of-00002"}) {
      const auto data = CheckpointFixture(std::string(name) + suffix);
      if (std::filesystem::exists(data)) folder.Copy(data);
    }
    const SharedBytes index = MapFile(CheckpointFixture(std::string(name) + ".index"));
    ExpectSurvivesDamage(index.span(), [&](Bytes bytes) {
      folder.Write(std::string(name) + ".index", bytes);
      Use(OpenCheckpoint(folder / name, Checksums::kSkip));
    });
  }
}

TEST(DamagedFiles, DataOfACheckpoint) {
  const TempFolder folder;
  folder.Copy(CheckpointFixture("v2_parts.index"));
  const SharedBytes data = MapFile(CheckpointFixture("v2_parts.data-00000-of-00001"));
  ExpectSurvivesDamage(data.span(), [&](Bytes bytes) {
    folder.Write("v2_parts.data-00000-of-00001", bytes);
    Use(OpenCheckpoint(folder / "v2_parts"));
  });
}

TEST(DamagedFiles, CheckpointOfV1) {
  for (const char* name : {"v1_parts", "v1_types"}) {
    const TempFolder folder;
    const SharedBytes file = MapFile(CheckpointFixture(name));
    ExpectSurvivesDamage(file.span(),
                         [&](Bytes bytes) { Use(OpenCheckpoint(folder.Write(name, bytes), Checksums::kSkip)); });
  }
}

TEST(DamagedFiles, StateFileOfACheckpoint) {
  const TempFolder folder;
  folder.Copy(CheckpointFixture("v2_parts.index"));
  folder.Copy(CheckpointFixture("v2_parts.data-00000-of-00001"));
  ExpectSurvivesDamage(AsBytes("model_checkpoint_path: \"v2_parts\"\n"), [&](Bytes bytes) {
    folder.Write("checkpoint", bytes);
    OpenCheckpoint(folder.path());
  });
}

TEST(DamagedFiles, FileOfUnknownKind) {
  const TempFolder folder;
  const std::string package = SmallPackage();
  ExpectSurvivesDamage(AsBytes(package), [&](Bytes bytes) { LoadSource({.model = folder.Write("graph", bytes)}); });
}

}  // namespace
}  // namespace stepwell::converter
