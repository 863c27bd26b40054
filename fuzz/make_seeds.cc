// Writes the seeds that are made from files of this repository, or by its own writers, to FOLDER/TARGET/NAME:
//   build/fuzz/fuzz/make_seeds fuzz/seeds
// Those of `convert` are made by make_graphs.py; the others beside them are inputs that once failed.
#include <sndfile.h>

#include <array>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "fuzz/support/parts.h"
#include "stepwell/apps/deepspeech/client_features.h"
#include "stepwell/apps/deepspeech/ctc_beam_search.h"
#include "stepwell/apps/deepspeech/speech_part.h"
#include "stepwell/base/memory.h"
#include "stepwell/base/npy.h"
#include "stepwell/converter/source/table_test_support.h"
#include "stepwell/converter/source/text_format.h"
#include "tests/support/small_stream.h"

namespace stepwell::fuzz {
namespace {

namespace fs = std::filesystem;

const fs::path kSource = STEPWELL_SOURCE_DIR;
fs::path seeds;

fs::path PlaceOf(const std::string& target, const std::string& name) {
  fs::create_directories(seeds / target);
  return seeds / target / name;
}

void Put(const std::string& target, const std::string& name, std::string_view bytes) {
  std::ofstream(PlaceOf(target, name), std::ios::binary) << bytes;
}

std::string FileOf(const fs::path& path) {
  const SharedBytes bytes = MapFile(kSource / path);
  return std::string(AsText(bytes.span()));
}

std::string Pair(const std::string& first, const std::string& second) {
  return first + std::string(kPartMark) + second;
}

// Every kind of attribute and value.
constexpr std::string_view kGraph = R"(
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
library { function { signature { name: "g" } } }
versions { producer: 27 }
)";

std::string WireOf(std::string_view text) {
  return std::string(AsText(converter::TextToWire(text, converter::TextMessage::kGraphDef).span()));
}

std::string MetaGraph() {
  return converter::BytesField(2, WireOf(kGraph)) +
         converter::BytesField(3, converter::BytesField(1, "save/Const:0") + converter::BytesField(3, "save/restore")) +
         converter::BytesField(4, "collection");
}

// 24 bytes of weights at 0, the graph at 64.
std::string MappedPackage() {
  const std::string graph = WireOf(
      "node { name: 'w' op: 'ImmutableConst' attr { key: 'dtype' value { type: DT_FLOAT } } attr { key: 'shape' value {"
      " shape { dim { size: 3 } dim { size: 2 } } } } attr { key: 'memory_region_name' value { s: "
      "'memmapped_package://w' } } } versions { producer: 27 }");
  const auto element = [](char offset, const std::string& name) {
    return converter::BytesField(
        1, std::string("\x08") + offset + converter::BytesField(2, "memmapped_package://" + name));
  };
  std::string package = std::string("0123456789abcdefghijklmn") + std::string(40, '\0') + graph;
  const auto directory = static_cast<char>(package.size());
  return package + element(0, "w") + element(64, ".") + directory + std::string(7, '\0');
}

void PutGraphs() {
  Put("graph_def", "every_attribute", WireOf(kGraph));
  Put("graph_text", "every_attribute", kGraph);
  Put("graph_text", "meta_graph", "meta_info_def { }\ngraph_def {" + std::string(kGraph) + "}\nsaver_def { }");
  Put("meta_graph", "every_attribute", MetaGraph());
  const auto tagged = [](const std::string& tag) {
    return converter::BytesField(2, converter::BytesField(1, converter::BytesField(4, tag)) + MetaGraph());
  };
  Put("saved_model", "one", converter::VarintField(1, 1) + tagged("serve"));
  Put("saved_model", "two", tagged("serve") + tagged("train"));
  Put("graph_text", "saved_model",
      "saved_model_schema_version: 1\nmeta_graphs { meta_info_def { tags: 'serve' } graph_def {" + std::string(kGraph) +
          "} signature_def { key: 'a' value { inputs { key: 'x' value { name: 'x:0' } } } } }");
  Put("pbmm", "one_region", MappedPackage());
}

void PutCheckpoints() {
  const fs::path folder = "tests/data/checkpoints";
  for (const char* name : {"v1_parts", "v1_types"}) Put("checkpoint_v1", name, FileOf(folder / name));
  Put("checkpoint_v1", "base", FileOf("models/lm_1b/tiny/ckpt/ckpt-base"));
  for (const std::string name : {"v2_parts", "v2_types"}) {
    Put("checkpoint_v2", name,
        Pair(FileOf(folder / (name + ".index")), FileOf(folder / (name + ".data-00000-of-00001"))));
  }
  Put("checkpoint_v2", "v2_shards",
      Pair(FileOf(folder / "v2_shards.index"), FileOf(folder / "v2_shards.data-00001-of-00002")));
}

void PutIr() {
  for (const auto& entry : fs::directory_iterator(kSource / "tests/data/openvino_ops")) {
    if (entry.path().extension() != ".xml") continue;
    const std::string bin = FileOf(fs::path(entry.path()).replace_extension(".bin"));
    Put("ir", entry.path().stem(), Pair(FileOf(entry.path()), bin));
  }
}

void PutArrays() {
  const std::vector<float> floats = {1, 2.5F, -3, 4, 5, 6};
  const auto bytes = std::as_bytes(std::span(floats));
  WriteNpy(PlaceOf("npy", "f32"), {{DType::kF32, {2, 3}}, bytes.data()});
  WriteNpy(PlaceOf("npy", "i64"), {{DType::kI64, {3}}, bytes.data()});
  WriteNpy(PlaceOf("npy", "scalar"), {{DType::kU8, {}}, bytes.data()});
  const std::string header = "{'descr': '>f4', 'fortran_order': True, 'shape': (2, 3), }";
  Put("npy", "fortran",
      std::string("\x93NUMPY\x01\x00", 8) + static_cast<char>(header.size()) + '\0' + header + std::string(24, 'x'));
}

void PutSnapshot(const std::string& name, const std::string& kind, const ByteWriter& part) {
  testing::SmallRunner runner;
  state::Stream stream = runner.Open();
  runner.Step(stream, 1);
  const std::vector<std::byte> saved = stream.Save();
  state::Snapshot snapshot = state::ReadSnapshot(saved);
  snapshot.part_kind = kind;
  snapshot.part = part.bytes();
  Put("snapshot", name, AsText(state::WriteSnapshot(snapshot)));
}

void PutSnapshots() {
  ByteWriter diary;
  testing::Diary().Save(diary);
  PutSnapshot("diary", "diary 1", diary);
  apps::BeamSearchOptions options;
  options.width = 8;
  apps::SpeechPart speech(std::make_unique<apps::ClientFeatures>(), {.steps = 2, .context = 1, .features = 26},
                          std::make_unique<apps::CtcBeamSearch>(3, options));
  speech.TakeSamples(std::vector<std::int16_t>(2500, 1000));
  speech.TakeRows(std::vector<float>(static_cast<std::size_t>(speech.due()->length) * 4, -1.4F));
  ByteWriter transcription;
  speech.Save(transcription);
  PutSnapshot("transcription", "deepspeech 1", transcription);
}

void PutSound(const std::string& name, int format, char entry) {
  const fs::path path = PlaceOf("sound", name);
  SF_INFO info{};
  info.samplerate = 16000;
  info.channels = 2;
  info.format = format;
  SNDFILE* const sound = ::sf_open(path.c_str(), SFM_WRITE, &info);
  STEPWELL_CHECK(sound != nullptr);
  const std::array<float, 64> samples{0.5F, -0.25F, 1};
  ::sf_writef_float(sound, samples.data(), samples.size() / 2);
  ::sf_close(sound);
  Put("sound", name, entry + FileOf(path));
}

void PutSounds() {
  constexpr char kFile = 0, kStream = 1;
  for (const char entry : {kFile, kStream}) {
    const std::string suffix = entry == kFile ? "" : "_stream";
    PutSound("wav_s16" + suffix, SF_FORMAT_WAV | SF_FORMAT_PCM_16, entry);
    PutSound("wav_u8" + suffix, SF_FORMAT_WAV | SF_FORMAT_PCM_U8, entry);
    PutSound("wavex_f32" + suffix, SF_FORMAT_WAVEX | SF_FORMAT_FLOAT, entry);
    PutSound("wavex_s24" + suffix, SF_FORMAT_WAVEX | SF_FORMAT_PCM_24, entry);
    PutSound("flac" + suffix, SF_FORMAT_FLAC | SF_FORMAT_PCM_16, entry);
  }
  PutSound("aiff", SF_FORMAT_AIFF | SF_FORMAT_PCM_16, kFile);
}

void PutTexts() {
  Put("arpa", "bigrams",
      "\\data\\\nngram 1=4\nngram 2=2\n\n\\1-grams:\n-1.2\t<s>\t-0.3\n-0.8\t</s>\n-0.5\thow\t-0.2\n-99\t<unk>\n\n"
      "\\2-grams:\n-0.4\t<s> how\n-0.7\thow </s>\n\n\\end\\\n");
  Put("vocabulary", "words", "</S>\n<S>\n<UNK>\nthe\nof\n!!!MAXTERMID\nthe\n");
  Put("alphabet", "text", std::string(1, '\0') + "# a comment\na\nb\n\\#\n \n'\nch\n");
  Put("alphabet", "serialized",
      std::string("\x01\x02\x00\x00\x00\x01\x00 \x01\x00\x02\x00"
                  "ch",
                  15));
  const std::array<std::string_view, 7> values = {"0:a[3,4],b:1[1 ? 2..3]{i32}->[20,15],c->True",
                                                  "[1,16,19,26],(1,-1)",
                                                  "logits,0:a/b:1",
                                                  "lengths->[16],is_training->False",
                                                  "4",
                                                  "a=b,c=d",
                                                  "features=input_node"};
  for (std::size_t i = 0; i < values.size(); ++i) {
    Put("mo_values", "value_" + std::to_string(i), static_cast<char>(i) + std::string(values[i]));
  }
}

}  // namespace
}  // namespace stepwell::fuzz

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  stepwell::fuzz::seeds = argv[1];
  stepwell::fuzz::PutGraphs();
  stepwell::fuzz::PutCheckpoints();
  stepwell::fuzz::PutIr();
  stepwell::fuzz::PutArrays();
  stepwell::fuzz::PutSnapshots();
  stepwell::fuzz::PutSounds();
  stepwell::fuzz::PutTexts();
}
