// A damaged file that can still be read must give a plan that runs, or an Error: nothing that a file says may reach a
// check meant for our own mistakes, or memory that is not ours.
#include <gtest/gtest.h>

#include <chrono>
#include <random>
#include <vector>

#include "tests/support/model_runner.h"
#include "tests/support/mutate.h"
#include "tests/support/temp_folder.h"

namespace stepwell::runtime {
namespace {

const std::filesystem::path kModels = std::filesystem::path(STEPWELL_SOURCE_DIR) / "models";

// Copies in which a few digits are others: extents, axes, ports and edges that contradict the rest.
class DigitMutator {
 public:
  explicit DigitMutator(std::span<const std::byte> original) : original_(original.begin(), original.end()) {
    for (std::size_t i = 0; i < original_.size(); ++i) {
      if (original_[i] >= std::byte{'0'} && original_[i] <= std::byte{'9'}) digits_.push_back(i);
    }
  }

  std::vector<std::byte> Next() {
    std::vector<std::byte> copy = original_;
    const std::size_t faults = 1 + random_() % 3;
    for (std::size_t i = 0; i < faults; ++i) {
      copy[digits_[random_() % digits_.size()]] = static_cast<std::byte>('0' + random_() % 10);
    }
    return copy;
  }

 private:
  std::vector<std::byte> original_;
  std::vector<std::size_t> digits_;
  std::mt19937 random_{testing::MutationSeed()};
};

void ExpectPlanSurvives(const std::filesystem::path& xml, Fusion fusion) {
  const testing::TempFolder folder;
  folder.Copy(std::filesystem::path(xml).replace_extension(".bin"), "m.bin");
  const SharedBytes text = MapFile(xml);
  const auto plan_and_run = [&](std::span<const std::byte> damaged) {
    tests::DefaultCall(*LoadedModel::Load(folder.Write("m.xml", damaged)), {.fusion = fusion}).Run();
  };
  testing::MutationOptions options = testing::WithDamageSeconds({.most_files = 1000, .cut_everywhere_below = 64});
  testing::ExpectSurvivesDamage(text.span(), plan_and_run, options);
  DigitMutator mutator(text.span());
  const auto end = std::chrono::steady_clock::now() + options.most_time;
  for (std::size_t file = 0; file < options.most_files && std::chrono::steady_clock::now() < end; ++file) {
    ASSERT_TRUE(testing::SurvivesDamage(mutator.Next(), plan_and_run)) << "file " << file << " of other digits";
  }
}

TEST(PlanMutation, PlansSurviveADamagedLoop) {
  ExpectPlanSurvives(kModels / "deepspeech/openvino_ir/mo2024.6-0.8.2/output_graph.xml", Fusion::kOn);
  ExpectPlanSurvives(kModels / "deepspeech/openvino_ir/mo2024.6-0.8.2/output_graph.xml", Fusion::kOff);
}

TEST(PlanMutation, PlansSurviveADamagedLoopOfUnknownLength) {
  ExpectPlanSurvives(kModels / "deepspeech/openvino_ir/convert_model2024.6-0.8.2/output_graph.xml", Fusion::kOn);
}

TEST(PlanMutation, PlansSurviveADamagedTensorIterator) {
  ExpectPlanSurvives(kModels / "deepspeech/openvino_ir/mo2021.4-0.8.2/output_graph.xml", Fusion::kOn);
}

TEST(PlanMutation, PlansSurviveADamagedLanguageModel) {
  ExpectPlanSurvives(kModels / "lm_1b/openvino_ir/graph-2016-09-10.xml", Fusion::kOn);
  ExpectPlanSurvives(kModels / "lm_1b/openvino_ir/graph-2016-09-10.xml", Fusion::kOff);
}

}  // namespace
}  // namespace stepwell::runtime
