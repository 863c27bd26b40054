#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "stepwell/ir/builder.h"
#include "stepwell/ops/control/loops.h"
#include "stepwell/ops/layout/squeeze.h"
#include "stepwell/ops/recurrent/gru_rnn.h"
#include "stepwell/passes/evaluate.h"
#include "stepwell/passes/recognise_recurrences.h"

namespace stepwell::passes {
namespace {

using ir::ValueId;
using ops::recurrent::Direction;
using ops::recurrent::GruCell;
using ops::recurrent::GruSequence;

constexpr DType kF32 = DType::kF32;
constexpr Dim kBatch = 3, kFrames = 4, kInputs = 5, kCells = 6;

Tensor Waves(const Shape& shape, double phase) {
  Tensor tensor({kF32, shape});
  double at = phase;
  for (float& value : tensor.as<float>()) value = static_cast<float>(std::sin(at++));
  return tensor;
}

ValueId Weights(ir::GraphBuilder& builder, const Shape& shape) {
  return builder.AddConstant("w", ir::ConstantData::Of(Waves(shape, static_cast<double>(shape.num_elements()))));
}

std::ptrdiff_t Count(const ir::Graph& graph, std::string_view op) {
  return std::count_if(graph.nodes().begin(), graph.nodes().end(),
                       [&](const ir::Node& node) { return node.op->name() == op; });
}

void ExpectOneLayerWithTheSameResults(const ir::Graph& graph, std::string_view replaced) {
  const ir::Graph recognised = RecogniseRecurrences(graph);
  EXPECT_EQ(Count(recognised, "FusedGru"), 1);
  EXPECT_EQ(Count(recognised, replaced), 0);
  std::vector<Tensor> tensors;
  for (const ir::Input& input : graph.inputs()) {
    tensors.push_back(Waves(graph.value(input.value).type.shape, static_cast<double>(tensors.size())));
  }
  std::vector<ConstTensorView> inputs;
  for (const Tensor& tensor : tensors) inputs.push_back(tensor.view());
  const std::vector<Tensor> expected = Evaluate(graph, inputs, ops::KernelSet::kReference);
  for (const ops::KernelSet set : {ops::KernelSet::kReference, ops::KernelSet::kFast}) {
    const std::vector<Tensor> found = Evaluate(recognised, inputs, set);
    ASSERT_EQ(found.size(), expected.size());
    for (std::size_t i = 0; i < found.size(); ++i) {
      EXPECT_THAT(found[i].as<float>(), testing::Pointwise(testing::FloatNear(1e-6F), expected[i].as<float>())) << i;
    }
  }
}

// A TensorIterator over the frames of x along `axis`, whose body is a GRUCell.
ir::Graph LoopOver(std::int64_t axis, bool linear_before_reset) {
  ir::GraphBuilder body;
  const Shape frame = axis == 0 ? Shape{1, kBatch, kInputs} : Shape{kBatch, 1, kInputs};
  const ValueId axes = body.AddInts("axes", {axis});
  const ValueId x = body.AddOne("x", ops::layout::Squeeze{}, {body.AddInput("x", {kF32, frame}), axes});
  const ValueId h = body.AddInput("h", {kF32, {kBatch, kCells}});
  GruCell cell;
  cell.hidden_size = kCells;
  cell.linear_before_reset = linear_before_reset;
  const Dim bias = linear_before_reset ? 4 : 3;
  const ValueId new_h = body.AddOne("cell", std::move(cell),
                                    {x, h, Weights(body, {3 * kCells, kInputs}), Weights(body, {3 * kCells, kCells}),
                                     Weights(body, {bias * kCells})});
  body.AddOutput("h", new_h);
  body.AddOutput("frame", body.AddOne("frame", ops::layout::Unsqueeze{}, {new_h, axes}));
  ops::control::TensorIterator loop;
  loop.body = std::make_shared<const ir::Graph>(std::move(body).Build());
  const ir::SubgraphOp::Slicing slicing{.axis = axis};
  loop.input_map = {{0, 0, slicing}, {1, 1, std::nullopt}};
  loop.output_map = {{0, 1, slicing}, {1, 0, std::nullopt}};
  loop.back_edges = {{0, 1}};
  ir::GraphBuilder builder;
  const Shape frames = axis == 0 ? Shape{kFrames, kBatch, kInputs} : Shape{kBatch, kFrames, kInputs};
  const ValueId all = builder.AddInput("x", {kF32, frames}), state = builder.AddInput("h", {kF32, {kBatch, kCells}});
  const auto results = builder.Add("loop", std::make_shared<ops::control::TensorIterator>(loop), {all, state});
  for (const ValueId result : results) builder.AddOutput("out " + std::to_string(result.index), result);
  return std::move(builder).Build();
}

TEST(RecogniseRecurrences, MakesALoopOverAGruCellOneLayer) {
  for (const std::int64_t axis : {0, 1}) {
    for (const bool linear_before_reset : {false, true}) {
      ExpectOneLayerWithTheSameResults(LoopOver(axis, linear_before_reset), "TensorIterator");
    }
  }
}

ir::Graph Sequence(Direction direction, std::initializer_list<std::int64_t> lengths) {
  ir::GraphBuilder builder;
  GruSequence op;
  op.hidden_size = kCells;
  op.direction = direction;
  op.clip = 0.7F;
  const Dim directions = NumDirections(direction);
  const ValueId x = builder.AddInput("x", {kF32, {kBatch, kFrames, kInputs}});
  const ValueId h = builder.AddInput("h", {kF32, {kBatch, directions, kCells}});
  const auto results =
      builder.Add("sequence", std::make_shared<const GruSequence>(op),
                  {x, h, builder.AddInts("lengths", lengths), Weights(builder, {directions, 3 * kCells, kInputs}),
                   Weights(builder, {directions, 3 * kCells, kCells}), Weights(builder, {directions, 3 * kCells})});
  for (const ValueId result : results) builder.AddOutput("out " + std::to_string(result.index), result);
  return std::move(builder).Build();
}

TEST(RecogniseRecurrences, MakesAGruSequenceInOneDirectionOneLayer) {
  for (const Direction direction : {Direction::kForward, Direction::kReverse}) {
    ExpectOneLayerWithTheSameResults(Sequence(direction, {kFrames, kFrames, kFrames}), "GRUSequence");
    ExpectOneLayerWithTheSameResults(Sequence(direction, {2, kFrames, 0}), "GRUSequence");
  }
  EXPECT_EQ(Count(RecogniseRecurrences(Sequence(Direction::kBidirectional, {1, 2, 3})), "GRUSequence"), 1);
}

}  // namespace
}  // namespace stepwell::passes
