#include "tests/support/golden_models.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <memory>

#include "stepwell/ir/ir_file.h"
#include "stepwell/ops/registry.h"
#include "stepwell/passes/evaluate.h"
#include "stepwell/passes/recognise_recurrences.h"
#include "stepwell/passes/specialise.h"
#include "tests/support/recorded_tensor.h"

// Models that OpenVINO wrote, read and run by us, against the values that OpenVINO computed.
namespace stepwell::testing {
namespace {

constexpr double kTolerance = 2e-6;  // of the largest magnitude of an output

std::vector<std::shared_ptr<const GoldenModel>> AllModels() {
  std::vector<std::shared_ptr<const GoldenModel>> all;
  for (GoldenModel& model : LoadGoldenModels(std::filesystem::path(STEPWELL_SOURCE_DIR) / "tests/data/openvino_ops")) {
    all.push_back(std::make_shared<const GoldenModel>(std::move(model)));
  }
  return all;
}

// Its recurrences as the runtime runs them, the shapes of the inputs being known.
ir::Graph Recognised(const ir::Graph& graph, const GoldenModel& model) {
  passes::SpecialiseRequest request;
  for (const Tensor& input : model.inputs) request.input_shapes.emplace_back(input.type().shape);
  for (std::size_t output = 0; output < graph.outputs().size(); ++output) request.outputs.push_back(output);
  return passes::Fold(passes::RecogniseRecurrences(passes::Specialise(graph, request)));
}

bool HasStaticInputs(const ir::Graph& graph) {
  return std::all_of(graph.inputs().begin(), graph.inputs().end(),
                     [&](const ir::Input& input) { return graph.value(input.value).type.shape.is_static(); });
}

std::ptrdiff_t Count(const ir::Graph& graph, std::string_view op) {
  return std::count_if(graph.nodes().begin(), graph.nodes().end(),
                       [&](const ir::Node& node) { return node.op->name() == op; });
}

class GoldenModelOf : public ::testing::TestWithParam<std::shared_ptr<const GoldenModel>> {
 protected:
  static ir::Graph Read() { return ir::ReadIr(GetParam()->xml, ops::MakeOp); }
  static void Compare(const ir::Graph& graph, ops::KernelSet set) {
    const GoldenModel& model = *GetParam();
    std::vector<ConstTensorView> inputs;
    for (const Tensor& input : model.inputs) inputs.push_back(input.view());
    const std::vector<Tensor> found = passes::Evaluate(graph, inputs, set);
    ASSERT_EQ(found.size(), model.outputs.size());
    for (std::size_t i = 0; i < found.size(); ++i) {
      const TensorType& type = graph.value(graph.outputs()[i].value).type;
      EXPECT_TRUE(ShapesAgree(type.shape, model.outputs[i].type().shape)) << "output " << i;
      EXPECT_EQ(type.shape.is_static(), HasStaticInputs(graph)) << "output " << i;
      EXPECT_EQ(FindTensorDifference(found[i], model.outputs[i], kTolerance), "") << "output " << i;
    }
  }
};

TEST_P(GoldenModelOf, OpenVinoGivesItsValuesByPlainLoops) { Compare(Read(), ops::KernelSet::kReference); }
TEST_P(GoldenModelOf, OpenVinoGivesItsValuesByFastKernels) { Compare(Read(), ops::KernelSet::kFast); }
TEST_P(GoldenModelOf, OpenVinoGivesItsValuesWithItsRecurrencesRecognised) {
  Compare(Recognised(Read(), *GetParam()), ops::KernelSet::kFast);
}

INSTANTIATE_TEST_SUITE_P(Recorded, GoldenModelOf, ::testing::ValuesIn(AllModels()),
                         [](const auto& tested) { return tested.param->name; });

// Loops and sequences over an LSTMCell, whatever their masks, order and shapes are.
TEST(GoldenModels, LstmsBecomeOneLayerEach) {
  int tested = 0;
  for (const auto& model : AllModels()) {
    const std::string& name = model->name;
    const bool is_loop = name.starts_with("lstm_iterator") || name.starts_with("lstm_loop");
    const bool is_sequence = name.starts_with("lstm_sequence");
    if (!is_loop && !is_sequence) continue;
    const ir::Graph graph = Recognised(ir::ReadIr(model->xml, ops::MakeOp), *model);
    const bool is_bidirectional = name.find("bidirectional") != std::string::npos;
    EXPECT_EQ(Count(graph, "FusedLstm"), is_bidirectional ? 2 : 1) << name;
    EXPECT_EQ(Count(graph, "TensorIterator") + Count(graph, "Loop") + Count(graph, "LSTMSequence"), 0) << name;
    ++tested;
  }
  EXPECT_EQ(tested, 20);
}

TEST(GoldenModels, RowsThatNeverEndAreWhatTheLoopMakesOfThem) {
  const auto models = AllModels();
  const auto model = std::find_if(models.begin(), models.end(), [](const auto& candidate) {
    return candidate->name == "lstm_iterator_of_sequence_forward_fed";
  });
  ASSERT_NE(model, models.end());
  const ir::Graph plain = ir::ReadIr((*model)->xml, ops::MakeOp);
  const Tensor lengths = Tensor::Of<std::int32_t>({3}, std::array{0, 9, 5});
  std::vector<ConstTensorView> inputs;
  for (std::size_t i = 0; i < 3; ++i) inputs.push_back((*model)->inputs[i].view());
  inputs.push_back(lengths.view());
  const std::vector<Tensor> expected = passes::Evaluate(plain, inputs, ops::KernelSet::kReference);
  const std::vector<Tensor> found = passes::Evaluate(Recognised(plain, **model), inputs, ops::KernelSet::kFast);
  for (std::size_t i = 0; i < found.size(); ++i) {
    EXPECT_EQ(FindTensorDifference(found[i], expected[i], kTolerance), "") << "output " << i;
  }
}

}  // namespace
}  // namespace stepwell::testing
