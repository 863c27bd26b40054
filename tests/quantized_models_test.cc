// Models whose weights were quantised compute what they say: the plan that reads the stored values gives what the plain
// reference gives, which converts and scales them as the file says and multiplies in fp32.
#include <gtest/gtest.h>

#include <map>

#include "stepwell/ops/recurrent/gru_rnn.h"
#include "stepwell/ops/recurrent/lstm_sequence.h"
#include "stepwell/passes/evaluate.h"
#include "stepwell/quantize/quantize.h"
#include "tests/support/model_runner.h"
#include "tests/support/repository_models.h"
#include "tests/support/small_lstm.h"

namespace stepwell::quantize {

// Names of tests are made of it.
static void PrintTo(const QuantizeOptions& options, std::ostream* out) {
  *out << NameOf(options.format);
  if (options.group) *out << " by " << *options.group;
}

}  // namespace stepwell::quantize

namespace stepwell::tests {
namespace {

using quantize::QuantizeOptions;
using quantize::WeightFormat;

void ExpectPlanAgreesWithReference(const ir::Graph& graph) {
  const Tensors inputs = SomeInputs(graph);
  std::vector<ConstTensorView> views;
  for (const ir::Input& input : graph.inputs()) views.push_back(inputs.at(input.name).view());
  const std::vector<Tensor> expected = passes::Evaluate(graph, views, ops::KernelSet::kReference);
  const ModelRunner runner(runtime::LoadedModel::Of(graph));
  const Tensors found = runner.Run(inputs);
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const std::string& name = graph.outputs()[i].name;
    EXPECT_LE(RelativeDifference(found.at(name), expected[i]), 1e-5F) << name;
  }
}

class Quantized : public ::testing::TestWithParam<QuantizeOptions> {};

TEST_P(Quantized, DeepSpeechComputesWithTheWeightsThatItsFileSays) {
  ExpectPlanAgreesWithReference(Quantize(ConvertedModel("deepspeech/0.8.2-64/output_graph.pb"), GetParam()).graph);
}

TEST_P(Quantized, Lm1bComputesWithTheWeightsThatItsFileSays) {
  ExpectPlanAgreesWithReference(
      Quantize(ConvertedModel("lm_1b/tiny/graph.pbtxt", "lm_1b/tiny/ckpt"), GetParam()).graph);
}

// Two frames of 32 numbers, 32 cells each way.
template <class Sequence>
ir::Graph BothWays(Dim gates, int states) {
  ir::GraphBuilder builder;
  Sequence op;
  op.hidden_size = 32;
  op.direction = ops::recurrent::Direction::kBidirectional;
  std::vector<ir::ValueId> inputs = {builder.AddInput("x", {DType::kF32, {1, 2, 32}})};
  for (int i = 0; i < states; ++i) {
    inputs.push_back(builder.AddInput("state" + std::to_string(i), {DType::kF32, {1, 2, 32}}));
  }
  inputs.push_back(builder.AddInts("lengths", {2}));
  inputs.push_back(testing::WaveConstant(builder, "w", {2, gates * 32, 32}, 1));
  inputs.push_back(testing::WaveConstant(builder, "r", {2, gates * 32, 32}, 2));
  inputs.push_back(testing::WaveConstant(builder, "b", {2, gates * 32}, 3));
  builder.AddOutput("y", builder.Add("sequence", std::make_shared<const Sequence>(op), inputs).at(0));
  return std::move(builder).Build();
}

TEST_P(Quantized, SequencesOfBothDirectionsComputeWithTheWeightsThatTheirFileSays) {
  for (const ir::Graph& graph :
       {BothWays<ops::recurrent::GruSequence>(3, 1), BothWays<ops::recurrent::LstmSequence>(4, 2)}) {
    const auto result = Quantize(graph, GetParam());
    EXPECT_EQ(result.layers.size(), 2U);
    ExpectPlanAgreesWithReference(result.graph);
  }
}

std::map<std::string, std::string> FormatsOf(const ir::Graph& graph, const QuantizeOptions& options) {
  std::map<std::string, std::string> formats;
  for (const auto& layer : Quantize(graph, options).layers) {
    formats[layer.name] = std::string(NameOf(layer.format)) + " " + std::string(quantize::NameOf(layer.activations));
  }
  return formats;
}

// MFCCs come in, whose first outweighs the others, and logits go out.
TEST(QuantizedModels, KeepTheFirstAndTheLastLayerOfDeepSpeechIn16Bits) {
  for (const WeightFormat format : {WeightFormat::kInt8, WeightFormat::kInt4}) {
    const auto formats = FormatsOf(ConvertedModel("deepspeech/trained/output_graph.pb"), {.format = format});
    ASSERT_EQ(formats.size(), 7U);
    for (const auto& [name, stored] : formats) {
      const bool is_sensitive = name == "layer_1/weights" || name == "layer_6/weights";
      EXPECT_EQ(stored, is_sensitive ? "bf16 fp32" : std::string(quantize::NameOf(format)) + " int8") << name;
    }
  }
}

// Its softmax is the most of it.
TEST(QuantizedModels, KeepNothingOfLm1bIn16Bits) {
  const auto formats = FormatsOf(ConvertedModel("lm_1b/kjv/graph.pbtxt", "lm_1b/kjv/ckpt"), {});
  ASSERT_EQ(formats.size(), 10U);
  for (const auto& [name, stored] : formats) EXPECT_EQ(stored, "int8 int8") << name;
}

QuantizeOptions WithFp32Activations(WeightFormat format, std::optional<std::int64_t> group) {
  return {.format = format, .group = group, .activations = ActivationFormat::kFp32};
}

INSTANTIATE_TEST_SUITE_P(Forms, Quantized,
                         ::testing::Values(WithFp32Activations(WeightFormat::kInt8, {}),
                                           WithFp32Activations(WeightFormat::kInt8, 32),
                                           WithFp32Activations(WeightFormat::kInt4, {}),
                                           WithFp32Activations(WeightFormat::kInt4, 0),
                                           WithFp32Activations(WeightFormat::kBf16, {})));

}  // namespace
}  // namespace stepwell::tests
