#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "stepwell/base/npy.h"
#include "stepwell/converter/convert_test_support.h"
#include "stepwell/converter/source/source_test_support.h"

// Conversions of lm_1b's graph, run word by word with the state carried, beside what TensorFlow gave
// (models/make/record_lm1b.py).
namespace stepwell::converter {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

constexpr std::size_t kLongestWord = 50;

ir::Graph ConvertModel(const std::string& model, ConvertOptions options = {}) {
  options.source.model = ModelPath("lm_1b/" + model + "/graph.pbtxt");
  options.source.checkpoint = ModelPath("lm_1b/" + model + "/ckpt");
  return Convert(options).graph;
}

ConvertOptions Published(const std::string& state) {
  const std::string unique = "char_embedding/EmbeddingLookupUnique/Unique";
  return {.inputs = ParseInputs(unique + ":0," + unique + ":1,Variable/read,Variable_1/read"),
          .input_shapes = ParseInputShapes("[50],[50]," + state + "," + state),
          .outputs = ParseOutputs("softmax_out,lstm/lstm_0/concat_2,lstm/lstm_1/concat_2")};
}

// One recording: an array per quantity, a row per word.
class Recording {
 public:
  explicit Recording(const std::string& path) : folder_(ModelPath("lm_1b/" + path)) {}

  Tensor Array(const std::string& name) const { return ReadNpy(folder_ / (name + ".npy")); }
  std::size_t words() const { return AsSize(Array("inputs").type().shape[0]); }

  // Row `word` as a tensor of `shape`.
  template <class T>
  Tensor Row(const std::string& name, std::size_t word, const Shape& shape) const {
    const Tensor array = Array(name);
    const std::size_t size = AsSize(shape.num_elements());
    return Tensor::Of<T>(shape, array.as<T>().subspan(word * size, size));
  }

 private:
  std::filesystem::path folder_;
};

// The distinct characters of a word in the order of their first occurrence, padded, and for each the index of it.
std::pair<Tensor, Tensor> UniqueForm(std::span<const std::int32_t> characters) {
  std::vector<std::int32_t> distinct;
  std::vector<std::int32_t> indices;
  for (const std::int32_t character : characters) {
    auto found = std::find(distinct.begin(), distinct.end(), character);
    if (found == distinct.end()) found = distinct.insert(found, character);
    indices.push_back(static_cast<std::int32_t>(found - distinct.begin()));
  }
  distinct.resize(kLongestWord);
  return {Tensor::Of<std::int32_t>({kLongestWord}, distinct), Tensor::Of<std::int32_t>({kLongestWord}, indices)};
}

void SetWord(const Recording& recording, std::size_t word, Caller& caller) {
  const Tensor characters = recording.Row<std::int32_t>("char_inputs", word, {1, 1, kLongestWord});
  auto [distinct, indices] = UniqueForm(characters.as<std::int32_t>());
  caller.Set("char_inputs_in", characters.Clone());
  caller.Set("char_embedding/EmbeddingLookupUnique/Unique:0", std::move(distinct));
  caller.Set("char_embedding/EmbeddingLookupUnique/Unique:1", std::move(indices));
  caller.Set("targets_in", recording.Row<std::int32_t>("targets", word, {1, 1}));
  const float one = 1;
  caller.Set("target_weights_in", Tensor::Of<float>({1, 1}, std::span(&one, 1)));
}

void CarryStates(const ir::Graph& graph, Caller& caller) {
  for (const ir::StateVar& state : graph.states()) caller.Set(state.input, caller.Get(state.output).Clone());
}

// Runs the words of a recording that starts from the initial state; the numbers of every word are compared.
void ExpectRecordedWords(const ir::Graph& graph, const std::string& path, Dim state_width, std::size_t most_words) {
  const Recording recording(path);
  Caller caller(graph);
  for (std::size_t word = 0; word < std::min(most_words, recording.words()); ++word) {
    SetWord(recording, word, caller);
    caller.Run();
    const std::string where = path + " word " + std::to_string(word) + " ";
    const Shape state{1, state_width};
    ExpectClose(caller.Get("lstm/lstm_0/concat_2"), recording.Row<float>("state0", word, state), where + "state 0");
    ExpectClose(caller.Get("lstm/lstm_1/concat_2"), recording.Row<float>("state1", word, state), where + "state 1");
    CarryStates(graph, caller);
  }
}

void ExpectRecordedSoftmax(const ir::Graph& graph, const std::string& path, Dim rows) {
  const Recording recording(path);
  Caller caller(graph);
  for (std::size_t word = 0; word < recording.words(); ++word) {
    SetWord(recording, word, caller);
    caller.Run();
    const std::string where = path + " word " + std::to_string(word) + " ";
    ExpectClose(caller.Get("softmax_out"), recording.Row<float>("softmax", word, {1, rows}), where + "softmax");
    if (graph.FindOutput("log_perplexity_out")) {
      ExpectClose(caller.Get("log_perplexity_out"), recording.Row<float>("log_perplexity", word, {}), where + "loss");
      ExpectClose(caller.Get("all_embs_out"), recording.Row<float>("all_embs", word, {1, 16}), where + "embedding");
    }
    CarryStates(graph, caller);
  }
}

TEST(Lm1b, IsFoundWholeWithoutFlags) {
  const ir::Graph graph = ConvertModel("tiny");
  EXPECT_THAT(NamesOf(graph.inputs()), ElementsAre("inputs_in", "char_inputs_in", "targets_in", "target_weights_in",
                                                   "Variable/read", "Variable_1/read"));
  EXPECT_THAT(NamesOf(graph.outputs()),
              ElementsAre("all_embs_out", "softmax_out", "log_perplexity_out", "class_ids_out", "class_weights_out",
                          "lstm/lstm_0/concat_2", "lstm/lstm_1/concat_2"));
  EXPECT_THAT(StatePairs(graph), UnorderedElementsAre(Pair("Variable/read", "lstm/lstm_0/concat_2"),
                                                      Pair("Variable_1/read", "lstm/lstm_1/concat_2")));
  EXPECT_EQ(graph.states()[0].evidence,
            "Assign 'lstm/lstm_0/Assign' stores 'lstm/lstm_0/concat_2' in variable 'Variable'; "
            "'lstm/lstm_0/control_dependency' waits for it");
  EXPECT_THAT(graph.roles(),
              UnorderedElementsAre(Pair("characters", "char_inputs_in"), Pair("word", "inputs_in"),
                                   Pair("target", "targets_in"), Pair("target_weight", "target_weights_in"),
                                   Pair("word_probabilities", "softmax_out"), Pair("word_embedding", "all_embs_out"),
                                   Pair("log_perplexity", "log_perplexity_out")));
  for (const ir::Node& node : graph.nodes()) EXPECT_NE(node.op->name(), "Unique");
}

TEST(Lm1b, GivesWhatTensorFlowGave) {
  for (const char* model : {"tiny", "tiny_b"}) {
    const ir::Graph graph = ConvertModel(model);
    ExpectRecordedWords(graph, "tiny/recorded/s0", 80, 100);
    ExpectRecordedSoftmax(graph, "tiny/recorded/s0", 200);
  }
}

TEST(Lm1b, TrainedGivesWhatTensorFlowGave) { ExpectRecordedWords(ConvertModel("kjv"), "kjv/recorded/s0", 512, 5); }

// Two rows of the same shape, one below the other.
template <class T>
Tensor Stacked(const Tensor& a, const Tensor& b) {
  Shape shape = a.type().shape;
  shape[0] = 2;
  std::vector<T> values(a.as<T>().begin(), a.as<T>().end());
  values.insert(values.end(), b.as<T>().begin(), b.as<T>().end());
  return Tensor::Of<T>(shape, std::span<const T>(values));
}

TEST(Lm1b, ConvertedForOneStreamRunsTwo) {
  const ir::Graph graph = ConvertModel("kjv");
  EXPECT_EQ(ToText(graph.value(graph.inputs()[1].value).type), "i32[?,1,50]");
  const Recording a("kjv/recorded/s0");
  const Recording b("kjv/recorded/s2");
  Caller caller(graph);
  for (const char* input : {"targets_in", "inputs_in"}) caller.Set(input, Tensor({DType::kI32, {2, 1}}));
  caller.Set("target_weights_in", Tensor({DType::kF32, {2, 1}}));
  for (const char* input : {"Variable", "Variable_1"}) caller.Set(input, Tensor({DType::kF32, {2, 512}}));
  for (std::size_t word = 0; word < 3; ++word) {
    const Shape characters{1, 1, kLongestWord};
    caller.Set("char_inputs_in", Stacked<std::int32_t>(a.Row<std::int32_t>("char_inputs", word, characters),
                                                       b.Row<std::int32_t>("char_inputs", word, characters)));
    caller.Run();
    for (const char* layer : {"0", "1"}) {
      const std::string recorded = std::string("state") + layer;
      ExpectClose(caller.Get(std::string("lstm/lstm_") + layer + "/concat_2"),
                  Stacked<float>(a.Row<float>(recorded, word, {1, 512}), b.Row<float>(recorded, word, {1, 512})),
                  recorded);
    }
    CarryStates(graph, caller);
  }
}

TEST(Lm1b, ConvertsByThePublishedCommand) {
  const ir::Graph graph = ConvertModel("tiny", Published("[1,80]"));
  EXPECT_THAT(NamesOf(graph.inputs()),
              ElementsAre("char_embedding/EmbeddingLookupUnique/Unique:0",
                          "char_embedding/EmbeddingLookupUnique/Unique:1", "Variable/read", "Variable_1/read"));
  EXPECT_THAT(NamesOf(graph.outputs()), ElementsAre("softmax_out", "lstm/lstm_0/concat_2", "lstm/lstm_1/concat_2"));
  EXPECT_THAT(StatePairs(graph), UnorderedElementsAre(Pair("Variable/read", "lstm/lstm_0/concat_2"),
                                                      Pair("Variable_1/read", "lstm/lstm_1/concat_2")));
  EXPECT_EQ(ToText(graph.value(graph.inputs()[0].value).type), "i32[50]") << "indices keep the graph's type";
  EXPECT_EQ(graph.FindInput("char_embedding/EmbeddingLookupUnique/Unique/placeholder_out_port_1"), 1U);
  EXPECT_THAT(graph.roles(), Contains(Pair("unique_characters", "char_embedding/EmbeddingLookupUnique/Unique:0")));
  EXPECT_THAT(graph.roles(), Contains(Pair("character_indices", "char_embedding/EmbeddingLookupUnique/Unique:1")));
  ExpectRecordedWords(graph, "tiny/recorded/s0", 80, 100);
  ExpectRecordedSoftmax(graph, "tiny/recorded/s0", 200);
}

TEST(Lm1b, WithoutItsCheckpointSaysWhichVariableHasNoValue) {
  ConvertOptions options;
  options.source.model = ModelPath("lm_1b/tiny/graph.pbtxt");
  EXPECT_THAT(
      MessageOf([&] { Convert(options); }),
      HasSubstr("variable 'char_embedding/W' has no value: the graph is not frozen, and no checkpoint was given "
                "(--input_checkpoint)"));
}

TEST(Lm1b, StatesMayBeCutAndLeftUnpaired) {
  const ir::Graph graph = ConvertModel("tiny", {.states = ParseStates("none")});
  EXPECT_THAT(NamesOf(graph.inputs()), Contains("Variable_1/read"));
  EXPECT_THAT(NamesOf(graph.outputs()), Contains("lstm/lstm_1/concat_2"));
  EXPECT_THAT(graph.states(), IsEmpty());
}

}  // namespace
}  // namespace stepwell::converter
