// Converting a model must not hold its weights, and loading, planning and running it must not hold them twice: mapped
// pages are given back as weights are written or packed. The bound of a call is the 1.3 times the weights, with
// 8 MB in place of its 100 for all else, so that small models can show it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <malloc.h>

#include <fstream>
#include <sstream>
#include <string>

#include "stepwell/converter/convert.h"
#include "stepwell/converter/templates/deepspeech_template.h"
#include "stepwell/converter/templates/lm_1b_template.h"
#include "stepwell/ir/ir_file.h"
#include "tests/support/model_runner.h"
#include "tests/support/temp_folder.h"

namespace stepwell::tests {
namespace {

constexpr double kMegabyte = 1 << 20;

// The most memory that was resident since ResetPeak(), in MB: what the system calls VmHWM.
double PeakMegabytes() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    std::istringstream words(line);
    std::string key;
    double kilobytes = 0;
    if (words >> key >> kilobytes && key == "VmHWM:") return kilobytes / 1024;
  }
  return 0;
}

bool ResetPeak() {
  ::malloc_trim(0);
  std::ofstream clear("/proc/self/clear_refs");
  clear << "5" << std::flush;
  return clear.good();
}

// Weights that are neither equal nor zero, so that no page of theirs is shared.
converter::SourceTensor Weights(const std::string&, const Shape& shape) {
  Tensor tensor({DType::kF32, shape});
  for (std::size_t i = 0; float& value : tensor.as<float>()) value = static_cast<float>(i++ % 1009) / 100'000;
  return {converter::TfType::kFloat, DType::kF32, shape, ir::ConstantData::Of(std::move(tensor)).bytes, {}};
}

void ExpectWeightsInMemoryOnce(converter::SourceGraph graph, converter::ConvertOptions::Weights stored) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "sanitizers keep freed memory";
#endif
  const testing::TempFolder folder;
  double weights = 0;
  {
    converter::LoadedSource source;
    source.graph = std::move(graph);
    const ir::Graph converted = converter::Convert(source, {}).graph;
    weights = static_cast<double>(ir::WriteIr(converted, folder / "float.xml").bin_bytes) / kMegabyte;
    ir::WriteIr(converter::Convert(source, {.weights = stored}).graph, folder / "model.xml");
  }
  if (!ResetPeak()) GTEST_SKIP() << "this system does not let a process reset its peak";
  const double before = PeakMegabytes();
  DefaultCall(*runtime::LoadedModel::Load(folder / "model.xml")).Run();
  const double used = PeakMegabytes() - before;
  EXPECT_GT(weights, 30) << "for the bound to tell one copy from two";
  EXPECT_GT(used, weights);
  EXPECT_LT(used, 1.3 * weights + 8);
}

TEST(PeakMemory, HoldsDeepSpeechsWeightsOnce) {
  ExpectWeightsInMemoryOnce(converter::MakeDeepSpeechGraph({.cells = 1024}, Weights),
                            converter::ConvertOptions::Weights::kAsStored);
}

TEST(PeakMemory, HoldsWeightsOnceThatAreStoredInHalfPrecision) {
  ExpectWeightsInMemoryOnce(converter::MakeDeepSpeechGraph({.cells = 1024}, Weights),
                            converter::ConvertOptions::Weights::kF16);
}

TEST(PeakMemory, HoldsLm1bsWeightsOnce) {
  ExpectWeightsInMemoryOnce(converter::MakeLm1bGraph(converter::Lm1bShape::Scaled(8), Weights),
                            converter::ConvertOptions::Weights::kAsStored);
}

// lm_1b joins the shards of its matrices, which are nearly all of its weights.
TEST(PeakMemory, OfAConversionHoldsNoWeightsButTheSources) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "sanitizers keep freed memory";
#endif
  const testing::TempFolder folder;
  converter::LoadedSource source;
  source.graph = converter::MakeLm1bGraph(converter::Lm1bShape::Scaled(8), Weights);
  if (!ResetPeak()) GTEST_SKIP() << "this system does not let a process reset its peak";
  const double before = PeakMegabytes();
  const auto written = ir::WriteIr(converter::Convert(source, {}).graph, folder / "model.xml");
  const double weights = static_cast<double>(written.bin_bytes) / kMegabyte;
  EXPECT_GT(weights, 30);
  EXPECT_LT(PeakMegabytes() - before, 0.2 * weights + 8);
}

}  // namespace
}  // namespace stepwell::tests
