// --compress_to_fp16 rounds weights, in the bodies of loops, too, and changes nothing else: a model whose weights all
// have the 11 bits of FP16 computes the same bits.
#include <gtest/gtest.h>

#include "stepwell/converter/convert.h"
#include "stepwell/converter/templates/deepspeech_template.h"
#include "stepwell/ir/subgraph.h"
#include "tests/support/model_runner.h"
#include "tests/support/random_tensor.h"

namespace stepwell::tests {
namespace {

using Weights = converter::ConvertOptions::Weights;

// Multiples of 1/1024 between -1/2 and 1/2.
converter::SourceTensor ShortWeights(const std::string&, const Shape& shape) {
  Tensor tensor({DType::kF32, shape});
  for (std::size_t i = 0; float& value : tensor.as<float>()) {
    value = (static_cast<float>(i++ * 7919 % 1009) - 504) / 1024;
  }
  return {converter::TfType::kFloat, DType::kF32, shape, ir::ConstantData::Of(std::move(tensor)).bytes, {}};
}

ir::Graph Converted(Weights weights) {
  converter::LoadedSource source;
  source.graph = converter::MakeDeepSpeechGraph({.cells = 96}, ShortWeights);
  return converter::Convert(source, {.weights = weights}).graph;
}

Tensors SomeInputs() {
  testing::Random random(1);
  Tensors inputs;
  inputs.emplace("input_node", testing::RandomFloats(random, {1, 16, 19, 26}));
  inputs.emplace("input_lengths", Tensor::Of<std::int32_t>({1}, std::vector<std::int32_t>{16}));
  for (const char* state : {"previous_state_c", "previous_state_h"}) {
    inputs.emplace(state, testing::RandomFloats(random, {1, 96}, -1, 1));
  }
  return inputs;
}

void ExpectSameResults(const runtime::PlanOptions& options, float most) {
  const ModelRunner whole(runtime::LoadedModel::Of(Converted(Weights::kAsStored)), options);
  const ModelRunner half(runtime::LoadedModel::Of(Converted(Weights::kF16)), options);
  const Tensors expected = whole.Run(SomeInputs());
  const Tensors found = half.Run(SomeInputs());
  for (const char* output : {"logits", "new_state_c", "new_state_h"}) {
    EXPECT_LE(RelativeDifference(found.at(output), expected.at(output)), most) << output;
    EXPECT_GT(RelativeDifference(Tensor(expected.at(output).type()), expected.at(output)), 0) << output;
  }
}

TEST(CompressedWeights, GiveTheSameWhereFp16HoldsThem) {
  ExpectSameResults({}, 0);
  ExpectSameResults({.fusion = runtime::Fusion::kOff}, 2e-6F);  // dense layers then add up in another order
}

// Floats of more than one element that the graph and the bodies of its loops store in 32 bits.
std::size_t CountLongWeights(const ir::Graph& graph) {
  std::size_t count = 0;
  for (const ir::Node& node : graph.nodes()) {
    if (const auto* loop = ir::As<ir::SubgraphOp>(*node.op)) count += CountLongWeights(*loop->body);
    const auto* constant = ir::As<ir::Constant>(*node.op);
    if (constant == nullptr || constant->data.num_elements() < 2) continue;
    count += constant->data.type.dtype == DType::kF32 ? 1 : 0;
  }
  return count;
}

TEST(CompressedWeights, AreAllWeightsThoseOfLoopsToo) {
  EXPECT_GT(CountLongWeights(Converted(Weights::kAsStored)), 10U);
  EXPECT_EQ(CountLongWeights(Converted(Weights::kF16)), 0U);
}

}  // namespace
}  // namespace stepwell::tests
