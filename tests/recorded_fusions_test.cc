#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "stepwell/converter/convert.h"
#include "tests/support/model_runner.h"

// Formulas as TensorFlow 1.15 writes them (tests/data/fusions/make.py), against what it computed: recognised in the
// converted graph, fused in plans, and the same with and without.
namespace stepwell::tests {
namespace {

namespace fs = std::filesystem;

struct Formula {
  const char* name;
  std::vector<std::string> converted;  // ops of the converted graph, constants and views left out
  std::vector<std::string> planned;    // steps of a plan
};

std::ostream& operator<<(std::ostream& stream, const Formula& formula) { return stream << formula.name; }

class RecordedFusion : public ::testing::TestWithParam<Formula> {
 protected:
  fs::path folder() const { return fs::path(STEPWELL_SOURCE_DIR) / "tests/data/fusions" / GetParam().name; }

  ir::Graph Converted() const {
    converter::ConvertOptions options;
    options.source.model = folder() / "graph.pb";
    return converter::Convert(options).graph;
  }

  Tensors Inputs() const {
    Tensors inputs;
    for (const char* name : {"x", "mask"}) {
      const fs::path path = folder() / (std::string(name) + ".npy");
      if (fs::exists(path)) inputs.emplace(name, ReadNpy(path));
    }
    return inputs;
  }
};

std::vector<std::string> ComputingOps(const ir::Graph& graph) {
  std::vector<std::string> names;
  for (const ir::Node& node : graph.nodes()) {
    if (!node.inputs.empty() && !node.op->IsView()) names.emplace_back(node.op->name());
  }
  return names;
}

TEST_P(RecordedFusion, IsRecognisedAndFused) {
  const ir::Graph graph = Converted();
  if (!GetParam().converted.empty()) {
    EXPECT_THAT(ComputingOps(graph), ::testing::UnorderedElementsAreArray(GetParam().converted));
  }
  const ModelRunner runner(runtime::LoadedModel::Of(graph));
  std::vector<std::string> steps;
  for (const auto& step : runner.PlanFor(Inputs())->steps()) steps.push_back(step.op);
  EXPECT_THAT(steps, ::testing::UnorderedElementsAreArray(GetParam().planned));
}

TEST_P(RecordedFusion, GivesTensorFlowsValues) {
  const auto model = runtime::LoadedModel::Of(Converted());
  const Tensor expected = ReadNpy(folder() / "y.npy");
  for (const runtime::Fusion fusion : {runtime::Fusion::kOn, runtime::Fusion::kOff}) {
    for (const ops::KernelSet kernels : {ops::KernelSet::kFast, ops::KernelSet::kReference}) {
      const ModelRunner runner(model, {.fusion = fusion, .kernels = kernels});
      EXPECT_LT(RelativeDifference(FindOutput(runner, runner.Run(Inputs()), "y"), expected), 2e-6F);
    }
  }
}

const std::vector<std::string> kNormalization = {"MVN", "Multiply", "Add"};

INSTANTIATE_TEST_SUITE_P(
    All, RecordedFusion,
    ::testing::Values(
        Formula{"contrib_layer_norm", kNormalization, {"LayerNorm"}},
        Formula{"contrib_layer_norm_of_two_axes", kNormalization, {"MVN", "ChannelAffine"}},
        Formula{"keras_layer_norm", kNormalization, {"LayerNorm"}},
        Formula{"plain_layer_norm", kNormalization, {"LayerNorm"}},
        Formula{"layer_norm_by_deviation", kNormalization, {"MVN", "ChannelAffine"}},
        Formula{"gelu_by_tanh", {"Gelu"}, {"Gelu"}}, Formula{"gelu_of_gpt", {"Gelu"}, {"Gelu"}},
        Formula{"gelu_by_erf", {"Gelu"}, {"Gelu"}}, Formula{"gelu_by_erfc", {"Gelu"}, {"Gelu"}},
        Formula{"attention",
                {},
                {"FullyConnected", "FullyConnected", "FullyConnected", "Subtract", "Multiply", "Attention"}},
        Formula{"attention_of_one_head", {"Transpose", "MatMul", "Divide", "SoftMax", "MatMul"}, {"Attention"}},
        Formula{"encoder_layer",
                {},
                {"FullyConnected", "FullyConnected", "FullyConnected", "Subtract", "Multiply", "Attention",
                 "FullyConnected", "LayerNorm", "FullyConnected", "FullyConnected", "LayerNorm"}}),
    [](const auto& formula) { return std::string(formula.param.name); });

}  // namespace
}  // namespace stepwell::tests
