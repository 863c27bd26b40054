#include "stepwell/converter/templates/deepspeech_template.h"

#include <fmt/format.h>

#include <algorithm>

#include "stepwell/base/checked.h"
#include "stepwell/converter/templates/graph_writer.h"

// The one file that spells this model's names. Source of the graph: facts of mozilla/DeepSpeech v0.8.2,
// training/deepspeech_training/train.py (create_model, create_inference_graph) and util/config.py.
namespace stepwell::converter {
namespace {

constexpr std::string_view kCell = "cudnn_lstm/rnn/multi_rnn_cell/cell_0/cudnn_compatible_lstm_cell";
constexpr float kReluClip = 20.0F;
constexpr std::int32_t kSampleRateHz = 16000;
constexpr std::int32_t kWindowMs = 32;
constexpr std::int32_t kStepMs = 20;
constexpr std::int32_t kBeamWidth = 500;
constexpr std::int32_t kGraphVersion = 6;

std::string InCell(std::string_view name) { return fmt::format("{}/{}", kCell, name); }

std::int32_t Int32(std::int64_t value) { return static_cast<std::int32_t>(value); }

class Writer {
 public:
  Writer(const DeepSpeechShape& shape, const VariableSource& variables) : shape_(shape), variables_(variables) {}

  SourceGraph Write() && {
    WriteFeatures();
    WriteAcousticModel();
    WriteMetadata();
    return std::move(graph_).Finish();
  }

 private:
  void WriteFeatures() {
    const std::int64_t window = kSampleRateHz / 1000 * kWindowMs;
    const std::string samples = graph_.Placeholder("input_samples", TfType::kFloat, {window});
    const std::string column = Expand("ExpandDims", samples, graph_.Int("ExpandDims/dim", -1));
    const std::string spectrogram = graph_.Node("AudioSpectrogram", "AudioSpectrogram", {column},
                                                {{"window_size", window},
                                                 {"stride", std::int64_t{kSampleRateHz / 1000 * kStepMs}},
                                                 {"magnitude_squared", true}});
    const std::string mfcc = graph_.Node("Mfcc", "Mfcc", {spectrogram, graph_.Int("Mfcc/sample_rate", kSampleRateHz)},
                                         {{"upper_frequency_limit", static_cast<float>(kSampleRateHz) / 2},
                                          {"lower_frequency_limit", 20.0F},
                                          {"filterbank_channel_count", std::int64_t{40}},
                                          {"dct_coefficient_count", shape_.coefficients}});
    graph_.Op("mfccs", "Identity", {graph_.Reshape("Reshape", mfcc, {-1, Int32(shape_.coefficients)})});
  }

  void WriteAcousticModel() {
    const std::int64_t window = 2 * shape_.context + 1;
    const std::string input =
        graph_.Placeholder("input_node", TfType::kFloat, {1, shape_.frames, window, shape_.coefficients});
    graph_.Placeholder("input_lengths", TfType::kInt32, {1});
    graph_.Placeholder("previous_state_c", TfType::kFloat, {1, shape_.cells});
    graph_.Placeholder("previous_state_h", TfType::kFloat, {1, shape_.cells});
    const std::string order = graph_.Ints("transpose/perm", {4}, {1, 0, 2, 3});
    const std::string by_frame =
        graph_.Node("transpose", "Transpose", {input, order}, {{"T", TfType::kFloat}, {"Tperm", TfType::kInt32}});
    const std::int64_t width = window * shape_.coefficients;
    std::string x = graph_.Reshape("Reshape_1", by_frame, {-1, Int32(width)});
    x = Clipped(Dense("layer_1", x, width, shape_.cells));
    x = Clipped(Dense("layer_2", x, shape_.cells, shape_.cells));
    x = Clipped(Dense("layer_3", x, shape_.cells, shape_.cells));
    x = WriteRecurrence(graph_.Reshape("Reshape_2", x, {-1, 1, Int32(shape_.cells)}));
    x = graph_.Reshape("Reshape_3", x, {-1, Int32(shape_.cells)});
    x = Clipped(Dense("layer_5", x, shape_.cells, shape_.cells));
    x = Dense("layer_6", x, shape_.cells, shape_.classes);
    graph_.Op("logits", "Softmax", {graph_.Reshape("raw_logits", x, {-1, 1, Int32(shape_.classes)})});
    graph_.Op("new_state_c", "Identity", {InCell("GatherNd")});
    graph_.Op("new_state_h", "Identity", {InCell("GatherNd_1")});
  }

  std::string Dense(const std::string& layer, const std::string& x, std::int64_t in, std::int64_t out) {
    const std::string bias = Variable(layer + "/bias", {out});
    const std::string weights = Variable(layer + "/weights", {in, out});
    const std::string product = graph_.MatMul(Numbered("MatMul"), x, weights);
    ++dense_layers_;
    return graph_.Node(Renumbered("BiasAdd"), "BiasAdd", {product, bias},
                       {{"T", TfType::kFloat}, {"data_format", std::string("NHWC")}});
  }

  std::string Clipped(const std::string& x) {
    const std::string relu = graph_.Op(Renumbered("Relu"), "Relu", {x});
    const std::string name = Renumbered("Minimum");
    return graph_.Op(name, "Minimum", {relu, graph_.Float(name + "/y", kReluClip)});
  }

  // The mask over the frames, the recurrence, and the states after each row's last frame.
  std::string WriteRecurrence(const std::string& x) {
    const std::string kernel = Variable(InCell("kernel"), {2 * shape_.cells, 4 * shape_.cells});
    const std::string bias = Variable(InCell("bias"), {4 * shape_.cells});
    const std::vector<float> none(AsSize(shape_.cells));
    const std::string zeros = graph_.Const(InCell("zeros"), FloatTensor({shape_.cells}, none));
    const std::string longest =
        graph_.Node(InCell("Max"), "Max", {"input_lengths", graph_.Ints(InCell("Const"), {1}, {0})},
                    {{"T", TfType::kInt32}, {"Tidx", TfType::kInt32}, {"keep_dims", false}});
    const std::string steps = Cast(InCell("Cast"), longest, TfType::kInt32, TfType::kInt64);
    graph_.Node(InCell("BlockLSTM"), "BlockLSTM",
                {steps, x, "previous_state_c", "previous_state_h", kernel, zeros, zeros, zeros, bias},
                {{"T", TfType::kFloat}, {"forget_bias", 0.0F}, {"cell_clip", -1.0F}, {"use_peephole", false}});
    const std::string masked = graph_.Op(InCell("mul"), "Mul", {InCell("BlockLSTM:6"), WriteMask()});
    WriteLastState("", "_1", "previous_state_c", InCell("BlockLSTM:1"));
    WriteLastState("_1", "_2", "previous_state_h", masked);
    return masked;
  }

  std::string WriteMask() {
    const std::string mask = InCell("SequenceMask");
    const std::string frames = graph_.Int(mask + "/Const", Int32(shape_.frames));
    const std::string from = graph_.Int(mask + "/Const_1", 0);
    const std::string by = graph_.Int(mask + "/Const_2", 1);
    const std::string row = graph_.Node(mask + "/Range", "Range", {from, frames, by}, {{"Tidx", TfType::kInt32}});
    const std::string lengths = Expand(mask + "/ExpandDims", "input_lengths", graph_.Int(mask + "/ExpandDims/dim", -1));
    const std::string column = Cast(mask + "/Cast", lengths, TfType::kInt32, TfType::kInt32);
    const std::string less = graph_.Node(mask + "/Less", "Less", {row, column}, {{"T", TfType::kInt32}});
    const std::string ones = Cast(mask + "/Cast_1", less, TfType::kBool, TfType::kFloat);
    const std::string order = graph_.Ints(InCell("transpose/perm"), {2}, {1, 0});
    const std::string turned = graph_.Node(InCell("transpose"), "Transpose", {ones, order},
                                           {{"T", TfType::kFloat}, {"Tperm", TfType::kInt32}});
    const std::string deep = Expand(InCell("ExpandDims"), turned, graph_.Ints(InCell("ExpandDims/dim"), {1}, {-1}));
    const std::string repeats = graph_.Ints(InCell("Tile/multiples"), {3}, {1, 1, Int32(shape_.cells)});
    return graph_.Node(InCell("Tile"), "Tile", {deep, repeats},
                       {{"T", TfType::kFloat}, {"Tmultiples", TfType::kInt32}});
  }

  // Row b of the state is what stands at place lengths[b] of [previous state, state after frame 0, 1, ...].
  void WriteLastState(const std::string& suffix, const std::string& expand_suffix, const std::string& previous,
                      const std::string& states) {
    const std::string expand = InCell("ExpandDims" + expand_suffix);
    const std::string first = Expand(expand, previous, graph_.Ints(expand + "/dim", {1}, {0}));
    const std::string concat = InCell("concat" + suffix);
    graph_.Node(concat, "ConcatV2", {first, states, graph_.Int(concat + "/axis", 0)},
                {{"N", std::int64_t{2}}, {"T", TfType::kFloat}, {"Tidx", TfType::kInt32}});
    const std::string range = InCell("range" + suffix);
    const std::string rows =
        graph_.Node(range, "Range",
                    {graph_.Int(range + "/start", 0), graph_.Int(range + "/limit", 1), graph_.Int(range + "/delta", 1)},
                    {{"Tidx", TfType::kInt32}});
    const std::string index = graph_.Node(InCell("stack" + suffix), "Pack", {"input_lengths", rows},
                                          {{"N", std::int64_t{2}}, {"T", TfType::kInt32}, {"axis", std::int64_t{1}}});
    graph_.Node(InCell("GatherNd" + suffix), "GatherNd", {concat, index},
                {{"Tparams", TfType::kFloat}, {"Tindices", TfType::kInt32}});
  }

  void WriteMetadata() {
    graph_.Ints("metadata_version", {1}, {kGraphVersion});
    graph_.Ints("metadata_sample_rate", {1}, {kSampleRateHz});
    graph_.Ints("metadata_feature_win_len", {1}, {kWindowMs});
    graph_.Ints("metadata_feature_win_step", {1}, {kStepMs});
    graph_.Ints("metadata_beam_width", {1}, {kBeamWidth});
  }

  std::string Variable(const std::string& name, const Shape& shape) {
    return graph_.Weights(name, variables_(name, shape));
  }
  std::string Expand(const std::string& name, const std::string& x, const std::string& axis) {
    return graph_.Node(name, "ExpandDims", {x, axis}, {{"Tdim", TfType::kInt32}});
  }
  std::string Cast(const std::string& name, const std::string& x, TfType from, TfType to) {
    return graph_.Node(name, "Cast", {x}, {{"SrcT", from}, {"DstT", to}, {"Truncate", false}});
  }
  std::string Numbered(const std::string& name) const {
    return dense_layers_ == 0 ? name : fmt::format("{}_{}", name, dense_layers_);
  }
  std::string Renumbered(const std::string& name) const {
    return dense_layers_ == 1 ? name : fmt::format("{}_{}", name, dense_layers_ - 1);
  }

  DeepSpeechShape shape_;
  const VariableSource& variables_;
  GraphWriter graph_;
  int dense_layers_ = 0;
};

}  // namespace

std::optional<int> DeepSpeechLayerOfBias(std::string_view variable) {
  for (const int layer : {1, 2, 3, 5, 6}) {
    if (variable == fmt::format("layer_{}/bias", layer)) return layer;
  }
  return std::nullopt;
}

SourceGraph MakeDeepSpeechGraph(const DeepSpeechShape& shape, const VariableSource& variables) {
  return Writer(shape, variables).Write();
}

bool IsDeepSpeechCheckpoint(const Checkpoint& checkpoint) {
  constexpr std::string_view kLayers[] = {"layer_1", "layer_2", "layer_3", "layer_5", "layer_6"};
  return checkpoint.Has(InCell("kernel")) && checkpoint.Has(InCell("bias")) &&
         std::all_of(std::begin(kLayers), std::end(kLayers), [&](std::string_view layer) {
           return checkpoint.Has(fmt::format("{}/weights", layer)) && checkpoint.Has(fmt::format("{}/bias", layer));
         });
}

SourceGraph MakeDeepSpeechGraph(const Checkpoint& checkpoint) {
  const Shape first = checkpoint.Type("layer_1/weights").shape;
  const Shape last = checkpoint.Type("layer_6/weights").shape;
  DeepSpeechShape shape;
  const std::int64_t window = 2 * shape.context + 1;
  if (first.rank() != 2 || last.rank() != 2 || first[0] % window != 0) {
    throw Error(
        ErrorKind::kInvalidModel,
        fmt::format("variables 'layer_1/weights' {} and 'layer_6/weights' {} must be matrices, the first with a "
                    "multiple of {} rows: the coefficients of a frame and its {} neighbours",
                    ToText(first), ToText(last), window, window - 1));
  }
  shape.cells = first[1];
  shape.classes = last[1];
  shape.coefficients = first[0] / window;
  return MakeDeepSpeechGraph(shape, [&](const std::string& name, const Shape& expected) {
    SourceTensor value = checkpoint.Read(name);
    if (value.tf_type != TfType::kFloat || !(value.shape == expected)) {
      throw Error(ErrorKind::kInvalidModel,
                  fmt::format("variable '{}' must be DT_FLOAT {} and is {} {}", name, ToText(expected),
                              TfTypeName(value.tf_type), ToText(value.shape)));
    }
    return value;
  });
}

}  // namespace stepwell::converter
