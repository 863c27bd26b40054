#include <gtest/gtest.h>

#include "stepwell/base/memory.h"
#include "stepwell/ir/ir_file.h"
#include "stepwell/ops/registry.h"
#include "tests/support/mutate.h"
#include "tests/support/temp_folder.h"

namespace stepwell::ir {
namespace {

const std::filesystem::path kModels = std::filesystem::path(STEPWELL_SOURCE_DIR) / "models";

void ExpectReaderSurvives(const std::filesystem::path& xml) {
  const testing::TempFolder folder;
  folder.Copy(std::filesystem::path(xml).replace_extension(".bin"), "m.bin");
  const SharedBytes text = MapFile(xml);
  testing::ExpectSurvivesDamage(
      text.span(), [&](std::span<const std::byte> damaged) { ReadIr(folder.Write("m.xml", damaged), ops::MakeOp); },
      {.cut_everywhere_below = 256});
}

TEST(XmlMutation, ReaderSurvivesADamagedLoop) {
  ExpectReaderSurvives(kModels / "deepspeech/openvino_ir/mo2024.6-0.8.2/output_graph.xml");
}

TEST(XmlMutation, ReaderSurvivesADamagedTensorIterator) {
  ExpectReaderSurvives(kModels / "deepspeech/openvino_ir/mo2021.4-0.8.2/output_graph.xml");
}

TEST(XmlMutation, ReaderSurvivesADamagedLanguageModel) {
  ExpectReaderSurvives(kModels / "lm_1b/openvino_ir/graph-2016-09-10.xml");
}

}  // namespace
}  // namespace stepwell::ir
