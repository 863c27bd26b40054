#include "tests/support/golden_ops.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

// Every TensorFlow op that is imported, against values that TensorFlow computed, and layers of IR, against OpenVINO's.
// A case is added in the script of a folder tests/data/ops_* or tests/data/layers_*.
namespace stepwell::testing {
namespace {

namespace fs = std::filesystem;

struct Named {
  std::string test_name;
  std::shared_ptr<const GoldenCase> golden;
};

std::string TestNameOf(const GoldenCase& golden) {
  std::string name(golden.node != nullptr ? golden.node->op() : golden.layer->name());
  for (const char c : "_" + golden.name) name += std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
  return name;
}

std::vector<Named> AllCases() {
  std::vector<Named> all;
  for (const auto& entry : fs::directory_iterator(fs::path(STEPWELL_SOURCE_DIR) / "tests/data")) {
    const std::string folder = entry.path().filename().string();
    if (!folder.starts_with("ops_") && !folder.starts_with("layers_")) continue;
    for (GoldenCase& golden : LoadGoldenCases(entry.path())) {
      std::string name = (golden.node != nullptr ? "Op_" : "Layer_") + TestNameOf(golden);
      all.push_back({std::move(name), std::make_shared<const GoldenCase>(std::move(golden))});
    }
  }
  return all;
}

class GoldenOp : public ::testing::TestWithParam<Named> {
 protected:
  void Compare(GoldenShapes shapes, ops::KernelSet set) const {
    try {
      EXPECT_EQ(FindDifference(*GetParam().golden, shapes, set), "");
    } catch (const Error& error) {
      ADD_FAILURE() << error.what();
    }
  }
};

TEST_P(GoldenOp, GivesTheRecordedValues) {
  Compare(GoldenShapes::kStatic, ops::KernelSet::kReference);
  Compare(GoldenShapes::kStatic, ops::KernelSet::kFast);
}

INSTANTIATE_TEST_SUITE_P(Recorded, GoldenOp, ::testing::ValuesIn(AllCases()),
                         [](const ::testing::TestParamInfo<Named>& parameter) { return parameter.param.test_name; });

class GoldenOpOfDynamicShape : public GoldenOp {};

TEST_P(GoldenOpOfDynamicShape, GivesTheRecordedValues) { Compare(GoldenShapes::kDynamic, ops::KernelSet::kReference); }

std::vector<Named> CasesOfDynamicShape() {
  std::vector<Named> cases = AllCases();
  std::erase_if(cases, [](const Named& named) { return !named.golden->can_be_dynamic; });
  return cases;
}

INSTANTIATE_TEST_SUITE_P(Recorded, GoldenOpOfDynamicShape, ::testing::ValuesIn(CasesOfDynamicShape()),
                         [](const ::testing::TestParamInfo<Named>& parameter) { return parameter.param.test_name; });

}  // namespace
}  // namespace stepwell::testing
