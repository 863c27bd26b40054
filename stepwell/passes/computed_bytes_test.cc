#include "stepwell/passes/computed_bytes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

#include "stepwell/base/memory_budget.h"
#include "stepwell/ir/builder.h"
#include "stepwell/ops/elementwise/binary.h"
#include "stepwell/ops/elementwise/convert.h"
#include "stepwell/ops/layout/concat.h"
#include "stepwell/ops/layout/transpose.h"
#include "stepwell/passes/evaluate.h"
#include "stepwell/passes/fold.h"

namespace stepwell::passes {
namespace {

using ops::layout::Concat;
using ops::layout::Transpose;

constexpr DType kF32 = DType::kF32;

// Counts up from `first`.
ir::ConstantData Counting(const Shape& shape, float first) {
  Tensor tensor({kF32, shape});
  std::iota(tensor.as<float>().begin(), tensor.as<float>().end(), first);
  return ir::ConstantData::Of(std::move(tensor));
}

ir::ConstantData CountingInts(const Shape& shape) {
  Tensor tensor({DType::kI32, shape});
  std::iota(tensor.as<std::int32_t>().begin(), tensor.as<std::int32_t>().end(), 0);
  return ir::ConstantData::Of(std::move(tensor));
}

std::vector<float> Streamed(const ir::ConstantData& constant) {
  std::vector<float> values;
  constant.bytes.Stream([&](std::span<const std::byte> piece) {
    EXPECT_EQ(piece.size() % sizeof(float), 0U) << "pieces are of whole elements";
    const std::size_t old = values.size();
    values.resize(old + piece.size() / sizeof(float));
    std::memcpy(values.data() + old, piece.data(), piece.size());
  });
  return values;
}

// The only constant that is left of a node on `inputs`, folded.
ir::ConstantData Folded(std::shared_ptr<const ir::Op> op, const std::vector<ir::ConstantData>& inputs) {
  ir::GraphBuilder builder;
  std::vector<ir::ValueId> values;
  for (const ir::ConstantData& input : inputs) values.push_back(builder.AddConstant("input", input));
  builder.AddOutput("y", builder.Add("node", std::move(op), values).at(0));
  const ir::Graph folded = Fold(std::move(builder).Build());
  return *folded.constant(folded.outputs()[0].value);
}

struct Case {
  std::string name;
  std::shared_ptr<const ir::Op> op;
  std::vector<ir::ConstantData> inputs;
};
void PrintTo(const Case& test, std::ostream* out) { *out << test.name; }

class LargeConstants : public testing::TestWithParam<Case> {};

TEST_P(LargeConstants, AreComputedWhenReadAndAreWhatTheOpGives) {
  const Case& test = GetParam();
  const ir::ConstantData folded = Folded(test.op, test.inputs);
  EXPECT_FALSE(folded.bytes.is_held());
  const ir::ConstantData expected = EvaluateOp(*test.op, test.inputs, ops::KernelSet::kReference).at(0);
  EXPECT_EQ(folded.type, expected.type);
  EXPECT_EQ(folded.Copy<float>(), expected.Copy<float>());
  EXPECT_EQ(Streamed(folded), expected.Copy<float>());
  EXPECT_EQ(folded.ToTensor().as<float>().back(), expected.Copy<float>().back());
}

INSTANTIATE_TEST_SUITE_P(
    Ops, LargeConstants,
    testing::Values(Case{"ConcatOfRows",
                         std::make_shared<const Concat>(0),
                         {Counting({300, 100}, 0), Counting({1, 100}, -50), Counting({2000, 100}, 7)}},
                    Case{"ConcatOfManyColumns",
                         std::make_shared<const Concat>(-1),
                         {Counting({100'000, 3}, 0), Counting({100'000, 1}, 9), Counting({100'000, 10}, 2)}},
                    Case{"ConcatOfRowsLargerThanAnyPiece",
                         std::make_shared<const Concat>(1),
                         {Counting({2, 1'200'000}, 0), Counting({2, 5}, 9), Counting({2, 1'100'000}, 2)}},
                    Case{"ConvertOfManyPieces",
                         std::make_shared<const ops::elementwise::Convert>(kF32),
                         {CountingInts({3, 1'500'000})}},
                    Case{"Transpose",
                         std::make_shared<const Transpose>(),
                         {Counting({200, 300}, 0), ir::ConstantData::OfInts({2}, std::vector<std::int64_t>{1, 0})}}),
    [](const auto& test) { return test.param.name; });

TEST(ComputedWhenRead, HoldsNothingBetweenReads) {
  const std::vector<ir::ConstantData> parts = {Counting({500, 1000}, 0), Counting({500, 1000}, 1)};
  const std::size_t before = MemoryInUse();
  const ir::ConstantData sum = Folded(std::make_shared<const ops::elementwise::Add>(), parts);
  const ir::ConstantData joined = Folded(std::make_shared<const Concat>(0), {sum, parts[0]});
  EXPECT_LT(MemoryInUse(), before + 100'000);
  EXPECT_EQ(joined.Copy<float>()[1], 3);
  EXPECT_LT(MemoryInUse(), before + 100'000);
}

// x0 + x0 = x1, x1 + x1 = x2 …: computing each anew would double the work at every step.
TEST(ComputedWhenRead, BoundsTheWorkOfConstantsMadeOfEachOther) {
  ir::GraphBuilder builder;
  ir::ValueId value = builder.AddConstant("x", Counting({20'000}, 0));
  for (int i = 0; i < 64; ++i) value = builder.AddOne("sum", ops::elementwise::Add(), {value, value});
  builder.AddOutput("y", value);
  const ir::Graph folded = Fold(std::move(builder).Build());
  const ir::ConstantData& last = *folded.constant(folded.outputs()[0].value);
  EXPECT_LE(last.bytes.work(), 64 * last.bytes.size());
  EXPECT_EQ(last.Copy<float>()[3], 3 * 0x1p64F);
}

}  // namespace
}  // namespace stepwell::passes
