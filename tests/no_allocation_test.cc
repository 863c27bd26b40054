// After a session is made, a run allocates nothing, oneDNN included: the convolutions here read contiguous patches and
// do not need it.
#include <gtest/gtest.h>

#include <vector>

#include "tests/support/count_allocations.h"
#include "tests/support/model_runner.h"

namespace stepwell::tests {
namespace {

const std::filesystem::path kModels = STEPWELL_SOURCE_DIR "/models";

// Of a run in the middle of several, of a plan for the model's default shapes.
std::size_t AllocationsOfARun(const std::filesystem::path& xml, const runtime::PlanOptions& options) {
  DefaultCall call(*runtime::LoadedModel::Load(xml), options);
  call.Run();
  const std::size_t before = testing::allocations;
  call.Run();
  return testing::allocations - before;
}

TEST(NoAllocation, TheCounterCounts) {
  const std::size_t before = testing::allocations;
  const std::vector<int> numbers(3);
  EXPECT_GE(testing::allocations, before + 1);
}

TEST(NoAllocation, ARunOfDeepSpeechAllocatesNothing) {
  const auto xml = kModels / "deepspeech/openvino_ir/mo2024.6-0.8.2/output_graph.xml";
  EXPECT_EQ(AllocationsOfARun(xml, {.fusion = runtime::Fusion::kOn}), 0U);
  EXPECT_EQ(AllocationsOfARun(xml, {.fusion = runtime::Fusion::kOff}), 0U);
}

TEST(NoAllocation, ARunOfLm1bAllocatesNothing) {
  const auto xml = kModels / "lm_1b/openvino_ir/graph-2016-09-10.xml";
  EXPECT_EQ(AllocationsOfARun(xml, {.fusion = runtime::Fusion::kOn}), 0U);
  EXPECT_EQ(AllocationsOfARun(xml, {.fusion = runtime::Fusion::kOff}), 0U);
}

}  // namespace
}  // namespace stepwell::tests
