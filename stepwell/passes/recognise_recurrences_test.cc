#include "stepwell/passes/recognise_recurrences.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "stepwell/ir/builder.h"
#include "stepwell/ops/control/loops.h"
#include "stepwell/ops/elementwise/binary.h"
#include "stepwell/ops/elementwise/unary.h"
#include "stepwell/ops/layout/concat.h"
#include "stepwell/ops/layout/split.h"
#include "stepwell/ops/layout/squeeze.h"
#include "stepwell/ops/matmul/matmul.h"
#include "stepwell/ops/recurrent/lstm_cell.h"
#include "stepwell/passes/evaluate.h"

namespace stepwell::passes {
namespace {

using ir::ValueId;
using ops::elementwise::Add;
using ops::elementwise::Multiply;
using ops::elementwise::Sigmoid;
using ops::elementwise::Tanh;
using ops::layout::Squeeze;
using ops::layout::Unsqueeze;
using ops::matmul::MatMul;

constexpr DType kF32 = DType::kF32;
constexpr Dim kInputs = 5, kCells = 6, kProjected = 4;

// The many ways in which files spell one LSTM step.
struct Spelling {
  bool peepholes = true;
  bool projection = true;
  bool forget_bias = true;
  bool joined = true;       // one product of [x, h], or one of each
  bool h_first = false;     // of the separate products
  bool transposed = false;  // weights stored by outputs
  bool swapped = false;     // operands of commutative ops change places
  bool bias_of_rank_2 = false;
  std::string gate_order = "icfo";

  Dim outputs() const { return projection ? kProjected : kCells; }
};

class Speller {
 public:
  Speller(ir::GraphBuilder& builder, Spelling spelling) : builder_(builder), spelling_(std::move(spelling)) {}

  struct Step {
    ValueId h;
    ValueId c;
  };

  Step AddStep(ValueId x, ValueId h, ValueId c) {
    const auto gates = builder_.Add("s", std::make_shared<ops::layout::Split>(4),
                                    {AddBias(AddProducts(x, h)), builder_.AddInt("axis", 1)});
    const auto part = [&](char gate) { return gates[spelling_.gate_order.find(gate)]; };
    ValueId forget = part('f');
    if (spelling_.forget_bias) forget = Commute<Add>(forget, builder_.AddFloat("one", 1));
    const ValueId kept = Commute<Multiply>(Unary<Sigmoid>(AddPeephole(forget, c)), c);
    const ValueId added = Commute<Multiply>(Unary<Sigmoid>(AddPeephole(part('i'), c)), Unary<Tanh>(part('c')));
    const ValueId new_c = Commute<Add>(kept, added);
    const ValueId m = Commute<Multiply>(Unary<Sigmoid>(AddPeephole(part('o'), new_c)), Unary<Tanh>(new_c));
    return {spelling_.projection ? Product(m, kCells, kProjected) : m, new_c};
  }

 private:
  ValueId Weights(const Shape& shape) {
    Tensor tensor({kF32, shape});
    for (float& value : tensor.as<float>()) value = std::uniform_real_distribution<float>(-1, 1)(random_);
    return builder_.AddConstant("w", ir::ConstantData::Of(std::move(tensor)));
  }
  template <class Op>
  ValueId Commute(ValueId a, ValueId b) {
    return spelling_.swapped ? builder_.AddOne("n", Op{}, {b, a}) : builder_.AddOne("n", Op{}, {a, b});
  }
  template <class Op>
  ValueId Unary(ValueId x) {
    return builder_.AddOne("n", Op{}, {x});
  }
  ValueId Product(ValueId x, Dim inputs, Dim outputs) {
    MatMul product;
    product.transpose_b = spelling_.transposed;
    const Shape shape = spelling_.transposed ? Shape{outputs, inputs} : Shape{inputs, outputs};
    return builder_.AddOne("product", product, {x, Weights(shape)});
  }
  ValueId AddProducts(ValueId x, ValueId h) {
    const Dim outputs = spelling_.outputs();
    if (spelling_.joined) {
      const ValueId both = builder_.AddOne("xh", ops::layout::Concat(1), {x, h});
      return Product(both, kInputs + outputs, 4 * kCells);
    }
    const ValueId of_x = Product(x, kInputs, 4 * kCells);
    const ValueId of_h = Product(h, outputs, 4 * kCells);
    return spelling_.h_first ? Commute<Add>(of_h, of_x) : Commute<Add>(of_x, of_h);
  }
  ValueId AddBias(ValueId gates) {
    return Commute<Add>(gates, Weights(spelling_.bias_of_rank_2 ? Shape{1, 4 * kCells} : Shape{4 * kCells}));
  }
  ValueId AddPeephole(ValueId gate, ValueId c) {
    return spelling_.peepholes ? Commute<Add>(gate, Commute<Multiply>(Weights({kCells}), c)) : gate;
  }

  ir::GraphBuilder& builder_;
  Spelling spelling_;
  std::mt19937 random_{3};
};

std::vector<Tensor> RandomInputs(const ir::Graph& graph, Dim batch) {
  std::mt19937 random(5);
  std::vector<Tensor> inputs;
  for (const ir::Input& input : graph.inputs()) {
    TensorType type = graph.value(input.value).type;
    for (int axis = 0; axis < type.shape.rank(); ++axis) type.shape[axis] = MergedDim(type.shape[axis], batch);
    for (float& value : inputs.emplace_back(type).as<float>()) {
      value = std::uniform_real_distribution<float>(-1, 1)(random);
    }
  }
  return inputs;
}

std::vector<Tensor> Run(const ir::Graph& graph, const std::vector<Tensor>& inputs) {
  std::vector<ConstTensorView> views;
  for (const Tensor& input : inputs) views.push_back(input.view());
  return Evaluate(graph, views, ops::KernelSet::kFast);
}

std::ptrdiff_t Count(const ir::Graph& graph, std::string_view op) {
  return std::count_if(graph.nodes().begin(), graph.nodes().end(),
                       [&](const ir::Node& node) { return node.op->name() == op; });
}

void ExpectSameResults(const ir::Graph& graph, const ir::Graph& recognised) {
  const std::vector<Tensor> inputs = RandomInputs(graph, 3);
  const std::vector<Tensor> expected = Run(graph, inputs);
  const std::vector<Tensor> actual = Run(recognised, inputs);
  ASSERT_EQ(actual.size(), expected.size());
  for (std::size_t output = 0; output < expected.size(); ++output) {
    ASSERT_EQ(actual[output].type(), expected[output].type());
    for (std::size_t i = 0; i < expected[output].as<float>().size(); ++i) {
      EXPECT_NEAR(actual[output].as<float>()[i], expected[output].as<float>()[i], 1e-6F) << output << " at " << i;
    }
  }
}

ir::Graph OneStep(const Spelling& spelling) {
  ir::GraphBuilder builder;
  const ValueId x = builder.AddInput("x", {kF32, {kDynamic, kInputs}});
  const ValueId h = builder.AddInput("h", {kF32, {kDynamic, spelling.outputs()}});
  const ValueId c = builder.AddInput("c", {kF32, {kDynamic, kCells}});
  const auto step = Speller(builder, spelling).AddStep(x, h, c);
  builder.AddOutput("h", step.h);
  builder.AddOutput("c", step.c);
  return std::move(builder).Build();
}

class EverySpelling : public testing::TestWithParam<Spelling> {};

TEST_P(EverySpelling, BecomesOneLayerWithTheSameResults) {
  const ir::Graph graph = OneStep(GetParam());
  const ir::Graph recognised = RecogniseRecurrences(graph);
  EXPECT_EQ(Count(recognised, "FusedLstm"), 1);
  EXPECT_EQ(Count(recognised, "Sigmoid") + Count(recognised, "Tanh") + Count(recognised, "MatMul"), 0);
  ExpectSameResults(graph, recognised);
}

INSTANTIATE_TEST_SUITE_P(
    Spellings, EverySpelling,
    testing::Values(Spelling{}, Spelling{.swapped = true}, Spelling{.peepholes = false, .gate_order = "fico"},
                    Spelling{.projection = false}, Spelling{.forget_bias = false, .bias_of_rank_2 = true},
                    Spelling{.joined = false}, Spelling{.joined = false, .h_first = true}, Spelling{.transposed = true},
                    Spelling{.joined = false, .transposed = true, .swapped = true}));

TEST(RecogniseRecurrences, LeavesAStepAloneWhoseUnprojectedOutputIsNeeded) {
  ir::GraphBuilder builder;
  const ValueId x = builder.AddInput("x", {kF32, {1, kInputs}});
  const ValueId h = builder.AddInput("h", {kF32, {1, kProjected}});
  const ValueId c = builder.AddInput("c", {kF32, {1, kCells}});
  const auto step = Speller(builder, {}).AddStep(x, h, c);
  builder.AddOutput("h", step.h);
  builder.AddOutput("m", builder.graph().producer(step.h)->inputs[0]);
  EXPECT_EQ(Count(RecogniseRecurrences(std::move(builder).Build()), "FusedLstm"), 0);
}

TEST(RecogniseRecurrences, LeavesAStepAloneWhoseCellIsBroadcastOverRows) {
  ir::GraphBuilder builder;
  const ValueId x = builder.AddInput("x", {kF32, {3, kInputs}});
  const ValueId h = builder.AddInput("h", {kF32, {3, kProjected}});
  const ValueId c = builder.AddInput("c", {kF32, {1, kCells}});
  builder.AddOutput("h", Speller(builder, {}).AddStep(x, h, c).h);
  EXPECT_EQ(Count(RecogniseRecurrences(std::move(builder).Build()), "FusedLstm"), 0);
}

TEST(RecogniseRecurrences, LeavesGatesAloneThatAreNoProduct) {
  ir::GraphBuilder builder;
  const ValueId x = builder.AddInput("x", {kF32, {1, 4 * kCells}});
  const ValueId c = builder.AddInput("c", {kF32, {1, kCells}});
  const auto sigmoid = [&](ValueId value) { return builder.AddOne("n", Sigmoid{}, {value}); };
  const auto gates = builder.Add("s", std::make_shared<ops::layout::Split>(4), {x, builder.AddInt("axis", 1)});
  const ValueId kept = builder.AddOne("n", Multiply{}, {sigmoid(gates[0]), c});
  const ValueId added = builder.AddOne("n", Multiply{}, {sigmoid(gates[1]), builder.AddOne("n", Tanh{}, {gates[2]})});
  const ValueId new_c = builder.AddOne("n", Add{}, {kept, added});
  builder.AddOutput("h", builder.AddOne("n", Multiply{}, {sigmoid(gates[3]), builder.AddOne("n", Tanh{}, {new_c})}));
  EXPECT_EQ(Count(RecogniseRecurrences(std::move(builder).Build()), "FusedLstm"), 0) << "nothing is recurrent here";
}

// A TensorIterator over the frames of x, whose body is a spelled-out step, or an LSTMCell.
struct LoopForm {
  enum class Body : std::uint8_t { kSpelled, kCell } body = Body::kSpelled;
  std::int64_t axis = 0;
  bool swaps_state = false;  // what should feed h feeds nothing
};

constexpr Dim kFrames = 4;

ir::ValueId SqueezedAt(ir::GraphBuilder& builder, ValueId value, std::int64_t axis) {
  return builder.AddOne("squeezed", Squeeze{}, {value, builder.AddInts("axes", {axis})});
}

std::shared_ptr<const ir::Graph> LoopBody(const LoopForm& form, Dim outputs) {
  ir::GraphBuilder builder;
  const Shape frame = form.axis == 0 ? Shape{1, kDynamic, kInputs} : Shape{kDynamic, 1, kInputs};
  const ValueId x = SqueezedAt(builder, builder.AddInput("x", {kF32, frame}), form.axis);
  const ValueId h = builder.AddInput("h", {kF32, {kDynamic, outputs}});
  const ValueId c = builder.AddInput("c", {kF32, {kDynamic, kCells}});
  Speller::Step step;
  if (form.body == LoopForm::Body::kSpelled) {
    step = Speller(builder, {.joined = false, .h_first = true}).AddStep(x, h, c);
  } else {
    ops::recurrent::LstmCell cell;
    cell.hidden_size = kCells;
    std::vector<float> values(4 * kCells * (kInputs + kCells));
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = std::sin(static_cast<float>(i));
    const auto weights = [&](const Shape& shape) {
      return builder.AddConstant(
          "w", ir::ConstantData::Of(Tensor::Of<float>(shape, std::span(values).first(AsSize(shape.num_elements())))));
    };
    const auto outs = builder.Add("cell", std::make_shared<ops::recurrent::LstmCell>(cell),
                                  {x, h, c, weights({4 * kCells, kInputs}), weights({4 * kCells, kCells})});
    step = Speller::Step{outs[0], outs[1]};
  }
  builder.AddOutput("h", step.h);
  builder.AddOutput("c", step.c);
  builder.AddOutput("h frame", builder.AddOne("f", Unsqueeze{}, {step.h, builder.AddInts("axes", {form.axis})}));
  builder.AddOutput("c frame", builder.AddOne("f", Unsqueeze{}, {step.c, builder.AddInts("axes", {form.axis})}));
  return std::make_shared<const ir::Graph>(std::move(builder).Build());
}

ir::Graph LoopOver(const LoopForm& form) {
  const Dim outputs = form.body == LoopForm::Body::kSpelled ? kProjected : kCells;
  ops::control::TensorIterator loop;
  loop.body = LoopBody(form, outputs);
  const ir::SubgraphOp::Slicing slicing{.axis = form.axis};
  loop.input_map = {{0, 0, slicing}, {1, 1, std::nullopt}, {2, 2, std::nullopt}};
  loop.output_map = {{0, 2, slicing}, {1, 1, std::nullopt}, {2, 3, slicing}};
  loop.back_edges = {{0, 1}, {1, 2}};
  if (form.swaps_state) loop.back_edges = {{1, 1}, {0, 2}};
  ir::GraphBuilder builder;
  const Shape frames = form.axis == 0 ? Shape{kFrames, kDynamic, kInputs} : Shape{kDynamic, kFrames, kInputs};
  const ValueId x = builder.AddInput("x", {kF32, frames});
  const ValueId h = builder.AddInput("h", {kF32, {kDynamic, outputs}});
  const ValueId c = builder.AddInput("c", {kF32, {kDynamic, kCells}});
  const auto results = builder.Add("loop", std::make_shared<ops::control::TensorIterator>(loop), {x, h, c});
  for (const ValueId result : results) builder.AddOutput("out " + std::to_string(result.index), result);
  return std::move(builder).Build();
}

TEST(RecogniseRecurrences, MakesALoopOverASpelledOutStepOneLayer) {
  const ir::Graph graph = LoopOver({});
  const ir::Graph recognised = RecogniseRecurrences(graph);
  EXPECT_EQ(Count(recognised, "FusedLstm"), 1);
  EXPECT_EQ(Count(recognised, "TensorIterator"), 0);
  ExpectSameResults(graph, recognised);
}

TEST(RecogniseRecurrences, MakesALoopOverACellOneLayerAlongEitherAxis) {
  for (const std::int64_t axis : {0, 1}) {
    const ir::Graph graph = LoopOver({.body = LoopForm::Body::kCell, .axis = axis});
    const ir::Graph recognised = RecogniseRecurrences(graph);
    EXPECT_EQ(Count(recognised, "FusedLstm"), 1);
    EXPECT_EQ(Count(recognised, "TensorIterator"), 0);
    ExpectSameResults(graph, recognised);
  }
}

TEST(RecogniseRecurrences, LeavesALoopAloneThatFeedsItsStateBackOtherwise) {
  const ir::Graph graph = LoopOver({.body = LoopForm::Body::kCell, .swaps_state = true});
  EXPECT_EQ(Count(RecogniseRecurrences(graph), "TensorIterator"), 1);
}

}  // namespace
}  // namespace stepwell::passes
