// After a session is made, a call of a recurrent model allocates nothing, oneDNN included (the convolutions here read
// contiguous patches and do not need it): no malloc, no operator new, no mmap, by any thread. Built for a budget of
// STEPWELL_THREADS.
#include <gtest/gtest.h>

#include <vector>

#include "stepwell/base/parallel.h"
#include "stepwell/ops/recurrent/gru_rnn.h"
#include "stepwell/quantize/quantize.h"
#include "stepwell/state/stream.h"
#include "tests/support/count_allocations.h"
#include "tests/support/model_runner.h"
#include "tests/support/repository_models.h"
#include "tests/support/small_lstm.h"

namespace stepwell::tests {
namespace {

using quantize::WeightFormat;
using runtime::LoadedModel;

const std::filesystem::path kModels = STEPWELL_SOURCE_DIR "/models";

class NoAllocation : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { SetThreadBudget(STEPWELL_THREADS); }
};

// Of ten calls after a first, of a plan for the model's default shapes.
std::size_t AllocationsOfCalls(const LoadedModel& model, const runtime::PlanOptions& options) {
  DefaultCall call(model, options);
  call.Run();
  const std::size_t before = testing::allocations;
  for (int i = 0; i < 10; ++i) call.Run();
  return testing::allocations - before;
}

// The same of steps of a stream, which keeps two of its past states.
std::size_t AllocationsOfSteps(const LoadedModel& model) {
  const auto layout = state::StateLayout::Make(model, 1);
  state::Stepper stepper(model, layout);
  state::Stream stream(layout, {.rewind_depth = 2});
  std::vector<Tensor> tensors;
  std::vector<ConstTensorView> inputs;
  std::vector<TensorView> outputs;
  for (const auto& port : stepper.inputs()) inputs.push_back(tensors.emplace_back(port.type).view());
  for (const auto& port : stepper.outputs()) outputs.push_back(tensors.emplace_back(port.type).view());
  for (int i = 0; i < 3; ++i) stream.Step(stepper, inputs, outputs);
  const std::size_t before = testing::allocations;
  for (int i = 0; i < 10; ++i) stream.Step(stepper, inputs, outputs);
  return testing::allocations - before;
}

void ExpectNone(const std::string& name, ir::Graph graph) {
  const auto model = LoadedModel::Of(std::move(graph));
  EXPECT_EQ(AllocationsOfCalls(*model, {.fusion = runtime::Fusion::kOn}), 0U) << name;
  EXPECT_EQ(AllocationsOfCalls(*model, {.fusion = runtime::Fusion::kOff}), 0U) << name << ", every op by itself";
  if (model->graph().states().empty()) return;
  EXPECT_EQ(AllocationsOfSteps(*model), 0U) << name << ", steps of a stream";
}

void ExpectNoneInAnyFormat(const std::string& name, const ir::Graph& graph) {
  ExpectNone(name, graph);
  for (const auto weights : {WeightFormat::kInt8, WeightFormat::kInt4, WeightFormat::kBf16}) {
    quantize::QuantizeOptions options;
    options.format = weights;
    ExpectNone(name + ", format " + std::to_string(static_cast<int>(weights)), Quantize(graph, options).graph);
  }
}

TEST_F(NoAllocation, TheCounterCounts) {
  std::size_t before = testing::allocations;
  const std::vector<int> numbers(3);
  EXPECT_GE(testing::allocations, before + 1);
#ifndef STEPWELL_SANITIZED
  before = testing::allocations;
  std::free(std::malloc(100));
  ::munmap(::mmap(nullptr, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), 4096);
  EXPECT_EQ(testing::allocations, before + 2);
#endif
}

TEST_F(NoAllocation, IsMadeByDeepSpeech) {
  for (const std::string version : {"0.3.0-64", "0.8.2-64"}) {
    ExpectNoneInAnyFormat(version, ConvertedModel("deepspeech/" + version + "/output_graph.pb"));
  }
  ExpectNone("of mo", LoadedModel::Load(kModels / "deepspeech/openvino_ir/mo2024.6-0.8.2/output_graph.xml")->graph());
}

TEST_F(NoAllocation, IsMadeByLm1b) {
  ExpectNoneInAnyFormat("lm_1b", ConvertedModel("lm_1b/tiny/graph.pbtxt", "lm_1b/tiny/ckpt"));
  ExpectNone("of mo", LoadedModel::Load(kModels / "lm_1b/openvino_ir/graph-2016-09-10.xml")->graph());
}

// Three frames of 32 numbers, 64 cells.
template <class Sequence>
ir::Graph SequenceOf(Dim gates) {
  ir::GraphBuilder builder;
  Sequence op;
  op.hidden_size = 64;
  const auto outputs =
      builder.Add("sequence", std::make_shared<const Sequence>(op),
                  {builder.AddInput("x", {DType::kF32, {1, 3, 32}}), builder.AddInput("h", {DType::kF32, {1, 1, 64}}),
                   builder.AddInts("lengths", {3}), testing::WaveConstant(builder, "w", {1, gates * 64, 32}, 1),
                   testing::WaveConstant(builder, "r", {1, gates * 64, 64}, 2),
                   testing::WaveConstant(builder, "b", {1, gates * 64}, 3)});
  builder.AddOutput("y", outputs[0]);
  builder.AddOutput("h_out", outputs[1]);
  return std::move(builder).Build();
}

TEST_F(NoAllocation, IsMadeByGruAndRnnSequences) {
  ExpectNoneInAnyFormat("GRU", SequenceOf<ops::recurrent::GruSequence>(3));
  ExpectNoneInAnyFormat("RNN", SequenceOf<ops::recurrent::RnnSequence>(1));
}

}  // namespace
}  // namespace stepwell::tests
