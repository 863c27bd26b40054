#include "stepwell/ops/recurrent/fused_lstm.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "stepwell/passes/evaluate.h"
#include "tests/support/golden_ops.h"
#include "tests/support/recorded_tensor.h"

// The fused op on the inputs of TensorFlow's BlockLSTM, against its outputs.
namespace stepwell::testing {
namespace {

enum BlockLstmInput { kLength, kX, kC, kH, kKernel, kPeephole, kBias = 8 };
constexpr std::size_t kCellOutput = 1;
constexpr std::size_t kHiddenOutput = 6;

std::vector<GoldenCase> BlockLstms() {
  std::vector<GoldenCase> cases;
  for (GoldenCase& golden : LoadGoldenCases(std::filesystem::path(STEPWELL_SOURCE_DIR) / "tests/data/ops_shape")) {
    if (!golden.node->op().starts_with("BlockLSTM")) continue;
    const std::int64_t length = golden.inputs[kLength].value.as<std::int64_t>()[0];
    if (length == golden.inputs[kX].value.type().shape[0]) cases.push_back(std::move(golden));
  }
  return cases;
}

ops::recurrent::FusedLstm FusedLike(const ops::SourceNode& node) {
  const bool is_v2 = node.op() == "BlockLSTMV2";
  ops::recurrent::FusedLstm op;
  op.joined = true;
  op.gate_order = is_v2 ? "ifco" : "icfo";
  op.forget_bias = is_v2 ? 0.0F : node.FloatAttr("forget_bias", 1);
  op.cell_clip = std::max(0.0F, node.FloatAttr("cell_clip", 0));
  op.peepholes = node.BoolAttr("use_peephole", false);
  return op;
}

std::vector<ir::ConstantData> FusedInputs(const GoldenCase& golden, const ops::recurrent::FusedLstm& op) {
  std::vector<int> order{kX, kH, kC, kKernel, kBias};
  if (op.peepholes) order.insert(order.end(), {kPeephole, kPeephole + 1, kPeephole + 2});
  std::vector<ir::ConstantData> inputs;
  for (const int input : order) inputs.push_back(ir::ConstantData::Of(golden.inputs[AsSize(input)].value.Clone()));
  return inputs;
}

TEST(FusedLstm, GivesTheValuesOfTensorFlowsBlockLstm) {
  const std::vector<GoldenCase> cases = BlockLstms();
  ASSERT_GE(cases.size(), 6U);
  for (const GoldenCase& golden : cases) {
    const auto op = FusedLike(*golden.node);
    for (const auto set : {ops::KernelSet::kReference, ops::KernelSet::kFast}) {
      const auto outputs = passes::EvaluateOp(op, FusedInputs(golden, op), set);
      const auto difference = [&](std::size_t found, std::size_t expected) {
        return FindTensorDifference(outputs[found].ToTensor(), *golden.outputs[expected], golden.tolerance);
      };
      EXPECT_EQ(difference(0, kHiddenOutput), "") << golden.name;
      EXPECT_EQ(difference(1, kCellOutput), "") << golden.name;
    }
  }
}

}  // namespace
}  // namespace stepwell::testing
