#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "stepwell/ops/recurrent/fused_lstm.h"
#include "stepwell/ops/recurrent/lstm_cell.h"
#include "stepwell/ops/recurrent/lstm_sequence.h"
#include "tests/support/message_of.h"
#include "tests/support/random_tensor.h"
#include "tests/support/run_op.h"

// How the ops hand their inputs to the computation; what it computes is tested in kernels/recurrent and against
// TensorFlow and OpenVINO in tests/.
namespace stepwell::ops::recurrent {
namespace {

using testing::RandomFloats;

constexpr Dim kFrames = 4, kBatch = 2, kInputs = 3, kCells = 5;

std::vector<Tensor> RunAll(const ir::Op& op, const std::vector<Tensor>& inputs, KernelSet set = KernelSet::kFast) {
  std::vector<ir::ConstantData> constants;
  for (const Tensor& input : inputs) constants.push_back(testing::ConstantOf(input));
  std::vector<Tensor> outputs;
  for (const ir::ConstantData& output : passes::EvaluateOp(op, constants, set)) outputs.push_back(output.ToTensor());
  return outputs;
}

void ExpectNear(std::span<const float> found, std::span<const float> expected) {
  ASSERT_EQ(found.size(), expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) ASSERT_NEAR(found[i], expected[i], 1e-6) << "element " << i;
}

// x, h, c, W [I, 4N], R [N, 4N], b
std::vector<Tensor> LayerInputs() {
  testing::Random random(11);
  std::vector<Tensor> inputs;
  for (const Shape& shape : {Shape{kFrames, kBatch, kInputs}, Shape{kBatch, kCells}, Shape{kBatch, kCells},
                             Shape{kInputs, 4 * kCells}, Shape{kCells, 4 * kCells}, Shape{4 * kCells}}) {
    inputs.push_back(RandomFloats(random, shape, -1, 1));
  }
  return inputs;
}

std::vector<Tensor> Copy(const std::vector<Tensor>& tensors) {
  std::vector<Tensor> copies;
  for (const Tensor& tensor : tensors) copies.push_back(tensor.Clone());
  return copies;
}

Tensor Transposed(const Tensor& matrix) {
  const Shape& shape = matrix.type().shape;
  Tensor result({DType::kF32, {shape[1], shape[0]}});
  for (Dim row = 0; row < shape[0]; ++row) {
    for (Dim column = 0; column < shape[1]; ++column) {
      result.as<float>()[AsSize(column * shape[0] + row)] = matrix.as<float>()[AsSize(row * shape[1] + column)];
    }
  }
  return result;
}

TEST(FusedLstmKernel, ComputesTheSameFromEveryWayToStoreTheWeights) {
  const std::vector<Tensor> inputs = LayerInputs();
  const std::vector<Tensor> expected = RunAll(FusedLstm{}, inputs, KernelSet::kReference);
  ExpectNear(RunAll(FusedLstm{}, inputs)[0].as<float>(), expected[0].as<float>());

  FusedLstm transposed;
  transposed.weight_order = kernels::WeightOrder::kOutputsByInputs;
  std::vector<Tensor> other = Copy(inputs);
  other[3] = Transposed(inputs[3]);
  other[4] = Transposed(inputs[4]);
  ExpectNear(RunAll(transposed, other)[0].as<float>(), expected[0].as<float>());
  ExpectNear(RunAll(transposed, other)[1].as<float>(), expected[1].as<float>());

  FusedLstm joined;
  joined.joined = true;
  other = Copy(inputs);
  Tensor both({DType::kF32, {kInputs + kCells, 4 * kCells}});
  const auto rest = std::copy(inputs[3].as<float>().begin(), inputs[3].as<float>().end(), both.as<float>().begin());
  std::copy(inputs[4].as<float>().begin(), inputs[4].as<float>().end(), rest);
  other[3] = std::move(both);
  other.erase(other.begin() + 4);
  ExpectNear(RunAll(joined, other)[0].as<float>(), expected[0].as<float>());
  ExpectNear(RunAll(joined, other, KernelSet::kReference)[1].as<float>(), expected[1].as<float>());
}

TEST(FusedLstmKernel, ProjectsByAnIdentityToTheSame) {
  std::vector<Tensor> inputs = LayerInputs();
  const std::vector<Tensor> expected = RunAll(FusedLstm{}, inputs);
  FusedLstm projected;
  projected.projection = true;
  Tensor identity({DType::kF32, {kCells, kCells}});
  for (Dim n = 0; n < kCells; ++n) identity.as<float>()[AsSize(n * kCells + n)] = 1;
  inputs.push_back(std::move(identity));
  ExpectNear(RunAll(projected, inputs)[0].as<float>(), expected[0].as<float>());
  ExpectNear(RunAll(projected, inputs, KernelSet::kReference)[0].as<float>(), expected[0].as<float>());
}

TEST(FusedLstmKernel, ComputesWeightsThatAreNoConstants) {
  const std::vector<Tensor> inputs = LayerInputs();
  const Tensor found = testing::RunOnInputs(std::make_shared<const FusedLstm>(), inputs, KernelSet::kFast);
  ExpectNear(found.as<float>(), RunAll(FusedLstm{}, inputs)[0].as<float>());
}

TEST(LstmCellKernel, RefusesUnknownActivations) {
  LstmCell op;
  op.hidden_size = kCells;
  op.activations = {"sigmoid", "elu", "tanh"};
  std::vector<Tensor> inputs = LayerInputs();
  inputs[0] = Tensor({DType::kF32, {kBatch, kInputs}});
  inputs[3] = Transposed(inputs[3]);
  inputs[4] = Transposed(inputs[4]);
  EXPECT_EQ(MessageOf([&] { RunAll(op, inputs); }),
            "the activations are 'sigmoid, elu, tanh'; sigmoid, tanh and relu are supported");
}

class LstmSequenceKernel : public ::testing::Test {
 protected:
  std::vector<Tensor> InputsOf(std::vector<std::int32_t> lengths) {
    testing::Random random(12);
    std::vector<Tensor> inputs;
    for (const Shape& shape : {Shape{kBatch, kFrames, kInputs}, Shape{kBatch, 1, kCells}, Shape{kBatch, 1, kCells}}) {
      inputs.push_back(RandomFloats(random, shape));
    }
    inputs.push_back(Tensor::Of<std::int32_t>({kBatch}, std::span<const std::int32_t>(lengths)));
    for (const Shape& shape : {Shape{1, 4 * kCells, kInputs}, Shape{1, 4 * kCells, kCells}, Shape{1, 4 * kCells}}) {
      inputs.push_back(RandomFloats(random, shape));
    }
    return inputs;
  }

  LstmSequence Op() {
    LstmSequence op;
    op.hidden_size = kCells;
    return op;
  }
};

TEST_F(LstmSequenceKernel, GivesTheStateBackForALengthOfZero) {
  const std::vector<Tensor> inputs = InputsOf({0, kFrames});
  const std::vector<Tensor> outputs = RunAll(Op(), inputs);
  const auto first = [](const Tensor& tensor) { return tensor.as<float>().first(AsSize(kCells)); };
  EXPECT_TRUE(std::ranges::equal(first(outputs[1]), first(inputs[1])));
  EXPECT_TRUE(std::ranges::equal(first(outputs[2]), first(inputs[2])));
  const auto frames = outputs[0].as<float>().first(AsSize(kFrames * kCells));
  EXPECT_TRUE(std::ranges::all_of(frames, [](float value) { return value == 0; }));
  EXPECT_FALSE(
      std::ranges::equal(outputs[1].as<float>().last(AsSize(kCells)), inputs[1].as<float>().last(AsSize(kCells))));
}

TEST_F(LstmSequenceKernel, LetsARowRunAsIfItWereAlone) {
  const std::vector<Tensor> together = RunAll(Op(), InputsOf({2, kFrames}));
  const std::vector<Tensor> full = RunAll(Op(), InputsOf({kFrames, kFrames}));
  const std::size_t row = AsSize(kFrames * kCells);
  EXPECT_TRUE(std::ranges::equal(together[0].as<float>().subspan(row), full[0].as<float>().subspan(row)));
  EXPECT_TRUE(std::ranges::equal(together[0].as<float>().first(AsSize(2 * kCells)),
                                 full[0].as<float>().first(AsSize(2 * kCells))));
}

}  // namespace
}  // namespace stepwell::ops::recurrent
