// Streams of real models that are stepped together: each gets the bits it gets alone, whoever its neighbours are.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "stepwell/converter/convert.h"
#include "stepwell/quantize/quantize.h"
#include "stepwell/state/batch_stepper.h"
#include "stepwell/state/stream.h"
#include "tests/support/random_tensor.h"

namespace stepwell::tests {
namespace {

const std::filesystem::path kModels = STEPWELL_SOURCE_DIR "/models";

using Bytes = std::vector<std::byte>;
using quantize::WeightFormat;

constexpr const char* kTrained = "deepspeech/trained/output_graph.pb";

struct Source {
  std::string name;
  std::string graph;
  std::string checkpoint = {};
  std::string output = "logits";                       // the one that is wanted
  std::optional<quantize::WeightFormat> weights = {};  // none: as they are
};

Bytes StateOf(const state::State& state) {
  Bytes bytes;
  for (std::size_t slot = 0; slot < state.layout().slots().size(); ++slot) {
    const auto view = state.Current(slot);
    bytes.insert(bytes.end(), view.data, view.data + view.size_bytes());
  }
  return bytes;
}

ir::Graph Convert(const Source& source) {
  converter::ConvertOptions options;
  options.source.model = kModels / source.graph;
  if (!source.checkpoint.empty()) options.source.checkpoint = kModels / source.checkpoint;
  ir::Graph graph = converter::Convert(options).graph;
  if (!source.weights) return graph;
  return quantize::Quantize(graph, {.format = *source.weights}).graph;
}

// A stream and what its next step is given.
struct Client {
  state::State state;
  std::vector<Tensor> inputs;
  std::vector<Tensor> outputs;
  std::vector<ConstTensorView> input_views;
  std::vector<TensorView> output_views;

  Client(const std::shared_ptr<const state::StateLayout>& layout, const state::BatchStepper& stepper) : state(layout) {
    for (const auto& port : stepper.inputs()) inputs.emplace_back(port.type);
    for (const auto& port : stepper.outputs()) outputs.emplace_back(port.type);
    for (const Tensor& tensor : inputs) input_views.push_back(tensor.view());
    for (Tensor& tensor : outputs) output_views.push_back(tensor.view());
  }

  // The inputs of call `call` of stream `stream`.
  void Draw(unsigned stream, unsigned call) {
    testing::Random random(1000 * stream + call);
    for (Tensor& input : inputs) {
      if (input.type().dtype == DType::kF32) {
        const Tensor values = testing::RandomFloats(random, input.type().shape, -1, 1);
        std::copy(values.as<float>().begin(), values.as<float>().end(), input.as<float>().begin());
      } else {
        for (auto& value : input.as<std::int32_t>())
          value = static_cast<std::int32_t>(testing::RandomInt(random, 0, 3));
      }
    }
  }
  state::BatchStepper::Row row() { return {&state, input_views, output_views}; }
  Bytes Results() const {
    Bytes bytes = StateOf(state);
    for (const Tensor& output : outputs) {
      bytes.insert(bytes.end(), output.view().bytes().begin(), output.view().bytes().end());
    }
    return bytes;
  }
};

class BatchedStreamsOf : public ::testing::TestWithParam<Source> {
 protected:
  BatchedStreamsOf()
      : model_(runtime::LoadedModel::Of(Convert(GetParam()))),
        layout_(state::StateLayout::Make(*model_, 1)),
        stepper_(model_, layout_, Request()) {}

  // Three frames a call where there are frames.
  runtime::PlanRequest Request() const {
    runtime::PlanRequest request;
    const ir::Graph& graph = model_->graph();
    for (const ir::Input& input : graph.inputs()) {
      request.input_shapes.emplace_back();
      const Shape& type = graph.value(input.value).type.shape;
      if (type.rank() == 0 || type[0] != kDynamic) continue;
      Shape shape = input.default_shape;
      shape[0] = 1;
      if (type.rank() == 4 && type[1] == kDynamic) shape[1] = 3;
      request.input_shapes.back() = shape;
    }
    request.outputs = {*graph.FindOutput(GetParam().output)};
    return request;
  }
  Client Open() const { return {layout_, stepper_}; }
  void Step(std::vector<Client*> clients) {
    std::vector<state::BatchStepper::Row> rows;
    for (Client* client : clients) rows.push_back(client->row());
    std::vector<std::exception_ptr> failures(rows.size());
    stepper_.Step(rows, failures);
    for (const std::exception_ptr& failure : failures) EXPECT_EQ(failure, nullptr);
  }

  std::shared_ptr<const runtime::LoadedModel> model_;
  std::shared_ptr<const state::StateLayout> layout_;
  state::BatchStepper stepper_;
};

TEST_P(BatchedStreamsOf, AreSteppedTogether) { EXPECT_TRUE(stepper_.steps_together()); }

TEST_P(BatchedStreamsOf, LendTheirStatesAsRows) {
  runtime::PlanRequest request = Request();
  for (auto& shape : request.input_shapes) {
    if (shape) (*shape)[0] = 4;
  }
  const auto layout = state::StateLayout::Make(*model_, 4);
  const state::Stepper stepper(*model_, layout, request);
  for (const auto& port : stepper.plan().inputs()) {
    EXPECT_TRUE(port.may_be_rows || !layout->FindSlotOfInput(port.index)) << port.name;
  }
  for (const auto& port : stepper.plan().outputs()) {
    EXPECT_TRUE(port.may_be_rows || !layout->FindSlotOfOutput(port.index)) << port.name;
  }
}

TEST_P(BatchedStreamsOf, GetTheBitsTheyGetAloneWhoeverJoinsAndLeaves) {
  constexpr unsigned kStreams = 7;
  constexpr unsigned kRounds = 12;
  std::vector<Client> together, alone;
  for (unsigned i = 0; i < kStreams; ++i) {
    together.push_back(Open());
    alone.push_back(Open());
  }
  std::vector<unsigned> calls(kStreams);
  testing::Random random(5);
  for (unsigned round = 0; round < kRounds; ++round) {
    std::vector<unsigned> chosen;
    for (unsigned i = 0; i < kStreams; ++i) {
      if (testing::RandomInt(random, 0, 3) > 0) chosen.push_back(i);
    }
    std::shuffle(chosen.begin(), chosen.end(), random);
    std::vector<Client*> clients;
    for (const unsigned i : chosen) {
      together[i].Draw(i, calls[i]);
      alone[i].Draw(i, calls[i]++);
      clients.push_back(&together[i]);
    }
    Step(clients);
    for (const unsigned i : chosen) {
      Step({&alone[i]});
      ASSERT_EQ(together[i].Results(), alone[i].Results()) << "stream " << i << " in round " << round;
    }
  }
}

TEST_P(BatchedStreamsOf, KeepTheirNaNsToThemselves) {
  std::vector<Client> clients, alone;
  for (unsigned i = 0; i < 3; ++i) {
    clients.push_back(Open());
    clients.back().Draw(i, 0);
    alone.push_back(Open());
    alone.back().Draw(i, 0);
  }
  std::vector<float> poison(layout_->slots()[0].type.shape.num_elements(), std::numeric_limits<float>::quiet_NaN());
  clients[1].state.Set(0, {layout_->slots()[0].type, std::as_bytes(std::span(poison)).data()});
  Step({&clients[0], &clients[1], &clients[2]});
  for (const unsigned i : {0U, 2U}) {
    Step({&alone[i]});
    EXPECT_EQ(clients[i].Results(), alone[i].Results()) << "stream " << i;
  }
  EXPECT_NE(StateOf(clients[1].state), StateOf(alone[1].state));
}

INSTANTIATE_TEST_SUITE_P(Models, BatchedStreamsOf,
                         ::testing::Values(Source{"DeepSpeech030", "deepspeech/0.3.0-64/output_graph.pb"},
                                           Source{"DeepSpeech082", "deepspeech/0.8.2-64/output_graph.pb"},
                                           Source{"DeepSpeech093", "deepspeech/0.9.3-64/output_graph.pb"},
                                           Source{"DeepSpeechTrained", kTrained},
                                           Source{"DeepSpeechInt8", kTrained, "", "logits", WeightFormat::kInt8},
                                           Source{"DeepSpeechInt4", kTrained, "", "logits", WeightFormat::kInt4},
                                           Source{"DeepSpeechBf16", kTrained, "", "logits", WeightFormat::kBf16},
                                           Source{"Lm1b", "lm_1b/tiny/graph.pbtxt", "lm_1b/tiny/ckpt", "softmax_out"}),
                         [](const auto& instance) { return instance.param.name; });

}  // namespace
}  // namespace stepwell::tests
