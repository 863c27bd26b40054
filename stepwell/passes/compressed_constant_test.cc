#include "stepwell/passes/compressed_constant.h"

#include <gtest/gtest.h>

#include <memory>

#include "stepwell/base/compressed_floats.h"
#include "stepwell/ir/builder.h"
#include "stepwell/ops/elementwise/binary.h"
#include "stepwell/ops/elementwise/convert.h"
#include "stepwell/ops/layout/reshape.h"
#include "stepwell/passes/evaluate.h"
#include "stepwell/passes/fold.h"

namespace stepwell::passes {
namespace {

ir::ConstantData Stored(DType dtype, const Shape& shape) {
  Tensor tensor({dtype, shape});
  std::uint32_t seed = 1;
  for (std::byte& byte : tensor.view().bytes()) {
    seed = seed * 1664525U + 1013904223U;
    byte = static_cast<std::byte>(seed >> 25);  // below 128: no bf16 is infinite or NaN
  }
  return ir::ConstantData::Of(std::move(tensor));
}

ir::ConstantData Scales(const Shape& shape) {
  Tensor tensor({DType::kF32, shape});
  float next = 1;
  for (float& scale : tensor.as<float>()) scale = next += 0.25F;
  return ir::ConstantData::Of(std::move(tensor));
}

struct Case {
  std::string name;
  DType dtype;
  Shape shape;
  Shape scales;
  Shape reshaped;
  std::int64_t elements_per_block;
  std::int64_t scales_per_block;
};
void PrintTo(const Case& test, std::ostream* out) { *out << test.name; }

class CompressedConstants : public testing::TestWithParam<Case> {
 protected:
  // Convert, Multiply, Reshape.
  static ir::Graph Decompression(const Case& test) {
    ir::GraphBuilder builder;
    const ir::ValueId stored = builder.AddConstant("stored", Stored(test.dtype, test.shape));
    const ir::ValueId floats = builder.AddOne("floats", ops::elementwise::Convert(DType::kF32), {stored});
    const ir::ValueId scales = builder.AddConstant("scales", Scales(test.scales));
    const ir::ValueId scaled = builder.AddOne("scaled", ops::elementwise::Multiply(), {floats, scales});
    const std::vector<std::int64_t> shape(test.reshaped.dims().begin(), test.reshaped.dims().end());
    const ir::ValueId pattern = builder.AddConstant("shape", ir::ConstantData::OfInts({test.reshaped.rank()}, shape));
    builder.AddOutput("y", builder.AddOne("reshaped", ops::layout::Reshape(), {scaled, pattern}));
    return std::move(builder).Build();
  }
};

TEST_P(CompressedConstants, KeepTheirStoredValuesAndStandForWhatTheOpsGive) {
  const Case& test = GetParam();
  const ir::Graph graph = Decompression(test);
  const ir::Graph folded = Fold(graph);
  const ir::ConstantData* constant = folded.constant(folded.outputs()[0].value);
  ASSERT_NE(constant, nullptr);
  const auto floats = std::dynamic_pointer_cast<const CompressedFloats>(constant->bytes.source());
  ASSERT_NE(floats, nullptr);
  EXPECT_EQ(floats->dtype, test.dtype);
  EXPECT_EQ(floats->elements_per_block, test.elements_per_block);
  EXPECT_EQ(floats->scales_per_block, test.scales_per_block);
  const std::vector<Tensor> expected = Evaluate(graph, {}, ops::KernelSet::kReference);
  const std::vector<float> values = constant->Copy<float>();
  EXPECT_TRUE(std::equal(values.begin(), values.end(), expected[0].as<float>().begin(), expected[0].as<float>().end()));
}

INSTANTIATE_TEST_SUITE_P(
    Forms, CompressedConstants,
    testing::Values(Case{"Int8ByRows", DType::kI8, {40, 50}, {40, 1}, {40, 50}, 50, 1},
                    Case{"Int8ByColumns", DType::kI8, {40, 50}, {1, 50}, {40, 50}, 2000, 50},
                    Case{"Int8ByColumnsOfLowerRank", DType::kI8, {40, 50}, {50}, {40, 50}, 2000, 50},
                    Case{"Int8InGroupsOfRows", DType::kI8, {10, 4, 32}, {10, 4, 1}, {10, 128}, 32, 1},
                    Case{"Int4InGroupsOfRows", DType::kI4, {10, 4, 32}, {10, 4, 1}, {10, 128}, 32, 1},
                    Case{"Int4InGroupsOfColumns", DType::kI4, {4, 32, 10}, {4, 1, 10}, {128, 10}, 320, 10},
                    Case{"Bf16WithOneScale", DType::kBF16, {40, 50}, {1, 1}, {2000, 1}, 2000, 1}),
    [](const auto& test) { return test.param.name; });

TEST(CompressedConstant, CarriesWhatIsDoneWithActivationsToIntegersWithScales) {
  const TensorType type{DType::kF32, {40, 50}};
  for (const DType dtype : {DType::kI8, DType::kI4, DType::kBF16}) {
    ir::ConstantData stored = Stored(dtype, {40, 50});
    stored.activations = ActivationFormat::kInt8;
    const auto activations_of = [](const ir::ConstantData& floats) {
      return std::dynamic_pointer_cast<const CompressedFloats>(floats.bytes.source())->activations;
    };
    const auto floats = CompressedConstant(ops::elementwise::Convert(DType::kF32), std::vector{stored}, type);
    EXPECT_EQ(activations_of(*floats), ActivationFormat::kFp32);
    const auto scaled = CompressedConstant(ops::elementwise::Multiply(), std::vector{Scales({40, 1}), *floats}, type);
    EXPECT_EQ(activations_of(*scaled), dtype == DType::kBF16 ? ActivationFormat::kFp32 : ActivationFormat::kInt8);
  }
}

TEST(CompressedConstant, LeavesOtherScalesAndSmallMatricesToFolding) {
  const ir::ConstantData stored = Stored(DType::kI8, {40, 50});
  const TensorType type{DType::kF32, {40, 50}};
  const auto floats = CompressedConstant(ops::elementwise::Convert(DType::kF32), std::vector{stored}, type);
  ASSERT_TRUE(floats.has_value());
  const ops::elementwise::Multiply multiply;
  EXPECT_TRUE(CompressedConstant(multiply, std::vector{Scales({40, 1}), *floats}, type).has_value());
  EXPECT_FALSE(CompressedConstant(multiply, std::vector{*floats, *floats}, type).has_value());
  EXPECT_FALSE(CompressedConstant(multiply, std::vector{Scales({40, 1}), Scales({40, 50})}, type).has_value());
  EXPECT_FALSE(CompressedConstant(ops::elementwise::Convert(DType::kF32), std::vector{Stored(DType::kI8, {4, 5})},
                                  {DType::kF32, {4, 5}})
                   .has_value());
}

}  // namespace
}  // namespace stepwell::passes
