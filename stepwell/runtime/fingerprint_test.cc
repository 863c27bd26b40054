#include "stepwell/runtime/fingerprint.h"

#include <gtest/gtest.h>

#include "stepwell/ir/builder.h"
#include "stepwell/ops/layout/concat.h"

namespace stepwell::runtime {
namespace {

struct Variation {
  std::string input = "x";
  std::int64_t axis = 0;
  std::int64_t elements = 100'000;
  float value = 1;
};

std::uint64_t FingerprintOf(const Variation& variation) {
  Tensor weights({DType::kF32, {1, variation.elements}});
  for (float& weight : weights.as<float>()) weight = variation.value;
  ir::GraphBuilder builder;
  const ir::ValueId x = builder.AddInput(variation.input, {DType::kF32, {1, variation.elements}});
  const ir::ValueId w = builder.AddConstant("w", ir::ConstantData::Of(std::move(weights)));
  builder.AddOutput("y", builder.AddOne("join", ops::layout::Concat(variation.axis), {x, w}));
  return Fingerprint(std::move(builder).Build());
}

TEST(Fingerprint, IsEqualForEqualModels) { EXPECT_EQ(FingerprintOf({}), FingerprintOf({})); }

TEST(Fingerprint, TellsModelsApart) {
  EXPECT_NE(FingerprintOf({}), FingerprintOf({.input = "z"}));
  EXPECT_NE(FingerprintOf({}), FingerprintOf({.axis = 1}));
  EXPECT_NE(FingerprintOf({}), FingerprintOf({.elements = 100'001}));
  EXPECT_NE(FingerprintOf({}), FingerprintOf({.value = 1.0000001F}));
  EXPECT_NE(FingerprintOf({.elements = 3}), FingerprintOf({.elements = 3, .value = 2}));
}

}  // namespace
}  // namespace stepwell::runtime
