#include "tests/support/golden_models.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>

#include "stepwell/ir/ir_file.h"
#include "stepwell/ops/registry.h"
#include "stepwell/passes/evaluate.h"
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

class GoldenModelOf : public ::testing::TestWithParam<std::shared_ptr<const GoldenModel>> {
 protected:
  static void Compare(ops::KernelSet set) {
    const GoldenModel& model = *GetParam();
    const ir::Graph graph = ir::ReadIr(model.xml, ops::MakeOp);
    std::vector<ConstTensorView> inputs;
    for (const Tensor& input : model.inputs) inputs.push_back(input.view());
    const std::vector<Tensor> found = passes::Evaluate(graph, inputs, set);
    ASSERT_EQ(found.size(), model.outputs.size());
    for (std::size_t i = 0; i < found.size(); ++i) {
      EXPECT_EQ(graph.value(graph.outputs()[i].value).type, model.outputs[i].type()) << "output " << i;
      EXPECT_EQ(FindTensorDifference(found[i], model.outputs[i], kTolerance), "") << "output " << i;
    }
  }
};

TEST_P(GoldenModelOf, OpenVinoGivesItsValuesByPlainLoops) { Compare(ops::KernelSet::kReference); }
TEST_P(GoldenModelOf, OpenVinoGivesItsValuesByFastKernels) { Compare(ops::KernelSet::kFast); }

INSTANTIATE_TEST_SUITE_P(Recorded, GoldenModelOf, ::testing::ValuesIn(AllModels()),
                         [](const auto& tested) { return tested.param->name; });

}  // namespace
}  // namespace stepwell::testing
