// The passes for images, each beside the graph it was given, on random images.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "stepwell/ops/conv/convolution.h"
#include "stepwell/ops/conv/group_convolution.h"
#include "stepwell/ops/elementwise/binary.h"
#include "stepwell/ops/elementwise/unary.h"
#include "stepwell/ops/layout/concat.h"
#include "stepwell/ops/layout/pad.h"
#include "stepwell/ops/layout/reshape.h"
#include "stepwell/ops/layout/shape_of.h"
#include "stepwell/ops/layout/split.h"
#include "stepwell/ops/layout/squeeze.h"
#include "stepwell/ops/layout/transpose.h"
#include "stepwell/ops/pool/pool.h"
#include "stepwell/ops/reduce/reduce.h"
#include "stepwell/ops/space/space.h"
#include "stepwell/passes/evaluate.h"
#include "stepwell/passes/fold.h"
#include "stepwell/passes/fold_dilations.h"
#include "stepwell/passes/fold_into_convolutions.h"
#include "stepwell/passes/fuse_images.h"
#include "stepwell/passes/sink_transposes.h"
#include "stepwell/passes/use_image_layout.h"
#include "tests/support/random_tensor.h"

namespace stepwell::passes {
namespace {

using ir::ValueId;
using ops::conv::AutoPad;
using ops::conv::Convolution;
using ops::conv::GroupConvolution;
using ops::elementwise::Add;
using ops::elementwise::Multiply;
using ops::elementwise::Relu;
using ops::layout::Pad;
using ops::layout::Transpose;

// A graph of one image, [batch, height, width, channels] in the file's order.
class Net {
 public:
  explicit Net(const Shape& image, const Shape& given) : given_(given) {
    x_ = builder_.AddInput("x", {DType::kF32, image});
  }
  explicit Net(const Shape& image) : Net(image, image) {}

  ir::GraphBuilder& builder() { return builder_; }
  ValueId x() const { return x_; }

  ValueId Floats(const Shape& shape, double low = -1) {
    return builder_.AddConstant("floats", ir::ConstantData::Of(testing::RandomFloats(random_, shape, low, 1)));
  }
  template <class Op>
  ValueId Add(Op op, std::vector<ValueId> inputs) {
    return builder_.AddOne("node", std::move(op), std::move(inputs));
  }
  ValueId Ordered(ValueId value, std::vector<std::int64_t> order) {
    return Add(Transpose(), {value, builder_.AddInts("order", std::move(order))});
  }
  ValueId ToFront(ValueId value) { return Ordered(value, {0, 3, 1, 2}); }
  ValueId ToBack(ValueId value) { return Ordered(value, {0, 2, 3, 1}); }
  // A convolution between the transposes that an importer writes.
  ValueId Convolved(ValueId value, std::int64_t channels, std::int64_t outputs, std::int64_t taps,
                    AutoPad pad = AutoPad::kSameUpper) {
    Convolution op;
    op.window.auto_pad = pad;
    return ToBack(Add(op, {ToFront(value), Floats({outputs, channels, taps, taps})}));
  }
  ValueId Padded(ValueId value, std::vector<std::int64_t> begin, std::vector<std::int64_t> end) {
    return Add(Pad(), {value, builder_.AddInts("begin", std::move(begin)), builder_.AddInts("end", std::move(end))});
  }

  ir::Graph Build(ValueId output) && {
    builder_.AddOutput("y", output);
    return std::move(builder_).Build();
  }
  Tensor Image() { return testing::RandomFloats(random_, given_); }

 private:
  testing::Random random_{7};
  ir::GraphBuilder builder_;
  Shape given_;
  ValueId x_;
};

int Count(const ir::Graph& graph, std::string_view op) {
  return static_cast<int>(std::count_if(graph.nodes().begin(), graph.nodes().end(),
                                        [&](const auto& node) { return node.op->name() == op; }));
}

// Evaluates both graphs; expects one type, and values that differ by rounding only.
void ExpectSame(const ir::Graph& before, const ir::Graph& after, const Tensor& image, float tolerance) {
  const std::vector<ConstTensorView> inputs = {image.view()};
  for (const auto set : {ops::KernelSet::kReference, ops::KernelSet::kFast}) {
    const Tensor expected = std::move(Evaluate(before, inputs, set).at(0));
    const Tensor found = std::move(Evaluate(after, inputs, set).at(0));
    ASSERT_EQ(found.type(), expected.type());
    for (std::size_t i = 0; i < found.as<float>().size(); ++i) {
      ASSERT_NEAR(found.as<float>()[i], expected.as<float>()[i], tolerance) << i;
    }
  }
}

TEST(SinkTransposes, LeavesOneAtEachBorderOfABlockThatReordersEverywhere) {
  Net net({kDynamic, kDynamic, 6, 3}, {2, 5, 6, 3});
  const ValueId stem = net.Add(Relu(), {net.Add(Add(), {net.Convolved(net.x(), 3, 8, 3), net.Floats({8})})});
  const ValueId padded = net.Padded(stem, {0, 1, 2, 0}, {0, 0, 1, 0});
  const ValueId left = net.Convolved(padded, 8, 4, 3), right = net.Convolved(padded, 8, 6, 1);
  const ValueId joined = net.Add(ops::layout::Concat(-1), {left, right});
  const auto parts =
      net.builder().Add("split", std::make_shared<ops::layout::Split>(2), {joined, net.builder().AddInt("axis", 3)});
  const ValueId sum = net.Add(Add(), {parts[0], parts[1]});
  const Tensor image = net.Image();
  const ir::Graph before = std::move(net).Build(sum);
  const ir::Graph after = Fold(SinkTransposes(before));
  EXPECT_EQ(Count(before, "Transpose"), 6);
  EXPECT_EQ(Count(after, "Transpose"), 2);
  ExpectSame(before, after, image, 0);
}

TEST(SinkTransposes, PassesReductionsAndSqueezesOfEitherKind) {
  for (const bool keeps_dims : {true, false}) {
    Net net({kDynamic, kDynamic, kDynamic, 3}, {1, 5, 6, 3});
    ops::reduce::ReduceMean mean;
    mean.keep_dims = keeps_dims;
    ValueId y = net.Add(mean, {net.Convolved(net.x(), 3, 4, 3), net.builder().AddInts("axes", {1, -2})});
    if (keeps_dims) y = net.Add(ops::layout::Squeeze(), {y});
    const Tensor image = net.Image();
    const ir::Graph before = std::move(net).Build(y);
    const ir::Graph after = SinkTransposes(before);
    EXPECT_EQ(Count(after, "Transpose"), 1);
    ExpectSame(before, after, image, 1e-6F);
  }
}

TEST(SinkTransposes, StopsAtAReshapeThatWouldSeeTheOrder) {
  for (const Dim size : {1, 2}) {
    Net net({2, size, size, 3});
    const ValueId flat = net.builder().AddInts("flat", {2, -1});
    const ValueId y = net.Add(ops::layout::Reshape(), {net.Convolved(net.x(), 3, 4, 1), flat});
    const Tensor image = net.Image();
    const ir::Graph before = std::move(net).Build(y);
    const ir::Graph after = SinkTransposes(before);
    EXPECT_EQ(Count(after, "Transpose"), size == 1 ? 1 : 2);
    ExpectSame(before, after, image, 0);
  }
}

TEST(SinkTransposes, GivesShapesInTheOrderThatWasAskedFor) {
  Net net({kDynamic, kDynamic, 6, 3}, {2, 5, 6, 3});
  const ValueId y = net.Convolved(net.x(), 3, 4, 3);
  const ValueId shape = net.Add(ops::layout::ShapeOf(), {y});
  const Tensor image = net.Image();
  const ir::Graph before = std::move(net).Build(net.Add(ops::layout::Reshape(), {net.Add(Relu(), {y}), shape}));
  ExpectSame(before, SinkTransposes(before), image, 0);
}

// A convolution, grouped or not, with what a batch norm and a bias become behind it.
Net NormalisedNet(Net net, ValueId& y) {
  GroupConvolution grouped;
  grouped.window.auto_pad = AutoPad::kSameUpper;
  const ValueId first = net.Convolved(net.x(), 4, 6, 3);
  const ValueId scaled = net.Add(Multiply(), {net.Floats({6}, 0.5), net.Add(Add(), {first, net.Floats({6})})});
  const ValueId shifted = net.Add(Add(), {scaled, net.Floats({6})});
  const ValueId second = net.ToBack(net.Add(grouped, {net.ToFront(shifted), net.Floats({3, 2, 2, 3, 3})}));
  y = net.Add(Add(), {net.Add(Multiply(), {second, net.Floats({1, 1, 6})}), net.Floats({6})});
  return net;
}

TEST(FoldIntoConvolutions, TakesFactorsIntoTheWeightsAndLeavesOneTerm) {
  ValueId y;
  Net net = NormalisedNet(Net({1, 5, 6, 4}), y);
  const Tensor image = net.Image();
  const ir::Graph before = std::move(net).Build(y);
  const ir::Graph after = Fold(FoldIntoConvolutions(SinkTransposes(before)));
  EXPECT_EQ(Count(after, "Multiply"), 0);
  EXPECT_EQ(Count(after, "Add"), 2);
  ExpectSame(before, after, image, 1e-4F);
}

TEST(FoldIntoConvolutions, LeavesWhatSomebodyElseReads) {
  Net net({1, 5, 6, 4});
  const ValueId first = net.Convolved(net.x(), 4, 6, 3);
  const ValueId scaled = net.Add(Multiply(), {first, net.Floats({6})});
  const Tensor image = net.Image();
  const ir::Graph before = std::move(net).Build(net.Add(Add(), {scaled, first}));
  const ir::Graph after = Fold(FoldIntoConvolutions(SinkTransposes(before)));
  EXPECT_EQ(Count(after, "Multiply"), 1);
  ExpectSame(before, after, image, 0);
}

TEST(FoldIntoConvolutions, PadsInsteadOfAPadAndOfNoOther) {
  struct PadCase {
    std::vector<std::int64_t> begin, end;
    AutoPad pad;
    int pads_left;
  };
  for (const PadCase& c : {PadCase{{0, 1, 2, 0}, {0, 3, 0, 0}, AutoPad::kValid, 0},
                           PadCase{{0, 1, 2, 0}, {0, 3, 0, 0}, AutoPad::kSameUpper, 1},
                           PadCase{{0, 0, 0, 1}, {0, 0, 0, 0}, AutoPad::kValid, 1}}) {
    Net net({1, 5, 6, 4});
    const std::int64_t channels = 4 + c.begin[3];
    const ValueId y = net.Convolved(net.Padded(net.x(), c.begin, c.end), channels, 3, 3, c.pad);
    const Tensor image = net.Image();
    const ir::Graph before = std::move(net).Build(y);
    const ir::Graph after = FoldIntoConvolutions(SinkTransposes(before));
    EXPECT_EQ(Count(after, "Pad"), c.pads_left);
    ExpectSame(before, after, image, 0);
  }
}

TEST(FoldDilations, WritesAConvolutionOverAGridAsADilatedOne) {
  Net net({2, 7, 6, 3});
  const auto ints = [&](std::vector<std::int64_t> values) { return net.builder().AddInts("ints", std::move(values)); };
  const ValueId block = ints({1, 3, 2, 1});
  const ValueId grid = net.Add(ops::space::SpaceToBatch(), {net.x(), block, ints({0, 3, 1, 0}), ints({0, 5, 3, 0})});
  const ValueId y = net.Convolved(grid, 3, 4, 3, AutoPad::kValid);
  const ValueId space = net.Add(ops::space::BatchToSpace(), {y, block, ints({0, 1, 0, 0}), ints({0, 2, 1, 0})});
  const Tensor image = net.Image();
  const ir::Graph before = std::move(net).Build(space);
  const ir::Graph after = FoldDilations(before);
  EXPECT_EQ(Count(after, "SpaceToBatch") + Count(after, "BatchToSpace"), 0);
  ExpectSame(before, after, image, 0);
}

TEST(FoldDilations, LeavesAGridThatCropsMoreThanItPads) {
  Net net({1, 6, 6, 3});
  const auto ints = [&](std::vector<std::int64_t> values) { return net.builder().AddInts("ints", std::move(values)); };
  const ValueId block = ints({1, 2, 2, 1}), none = ints({0, 0, 0, 0});
  const ValueId grid = net.Add(ops::space::SpaceToBatch(), {net.x(), block, none, none});
  const ValueId y = net.Convolved(grid, 3, 4, 2, AutoPad::kValid);
  const ValueId space = net.Add(ops::space::BatchToSpace(), {y, block, ints({0, 1, 0, 0}), none});
  const ir::Graph before = std::move(net).Build(space);
  EXPECT_EQ(Count(FoldDilations(before), "BatchToSpace"), 1);
}

TEST(UseImageLayout, KeepsWhatTheNetComputesAndMovesNothingInside) {
  Net net({2, 9, 8, 3});
  const ValueId stem = net.Add(Relu(), {net.Add(Add(), {net.Convolved(net.x(), 3, 8, 3), net.Floats({8})})});
  ops::pool::MaxPool max;
  max.pool = {.window = {.strides = {2, 2}, .auto_pad = AutoPad::kSameUpper}, .extents = {3, 3}};
  ops::pool::AvgPool mean;
  mean.pool = {.window = {.strides = {1, 1}, .auto_pad = AutoPad::kSameUpper}, .extents = {2, 2}};
  const ValueId pooled = net.ToBack(net.Add(mean, {net.Add(max, {net.ToFront(stem)})}));
  const ValueId scaled = net.Add(Add(), {net.Add(Multiply(), {pooled, net.Floats({8})}), net.Floats({8})});
  const ValueId branch = net.Add(Add(), {net.Convolved(net.Add(Relu(), {scaled}), 8, 8, 1), net.Floats({8})});
  const ValueId sum = net.Add(Relu(), {net.Add(Add(), {pooled, branch})});
  const Tensor image = net.Image();
  const ir::Graph before = std::move(net).Build(sum);
  const ir::Graph after = FuseImages(Fold(UseImageLayout(SinkTransposes(before))));
  EXPECT_EQ(Count(after, "Transpose"), 0);
  EXPECT_EQ(Count(after, "ImageConvolution"), 2);
  EXPECT_EQ(Count(after, "ImagePool"), 2);
  EXPECT_EQ(Count(after, "ChannelAffine"), 1);
  EXPECT_EQ(Count(after, "Add") + Count(after, "ReLU"), 0);
  ExpectSame(before, after, image, 1e-4F);
}

TEST(UseImageLayout, LeavesAGraphWithoutImagesAlone) {
  Net net({2, 9, 8, 3});
  const ir::Graph before = std::move(net).Build(net.ToFront(net.x()));
  EXPECT_EQ(Count(UseImageLayout(before), "Transpose"), 1);
}

}  // namespace
}  // namespace stepwell::passes
