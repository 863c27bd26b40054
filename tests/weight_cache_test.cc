// Models of every kind give the same bits with packed weights of their own and of a file, and the second start packs
// none.
#include <gtest/gtest.h>

#include "stepwell/ir/ir_file.h"
#include "stepwell/quantize/quantize.h"
#include "tests/support/model_runner.h"
#include "tests/support/repository_models.h"
#include "tests/support/temp_folder.h"

namespace stepwell::tests {
namespace {

using runtime::Fusion;
using runtime::LoadedModel;

class WeightCache : public ::testing::Test {
 protected:
  void ExpectSameBits(const std::string& name, const ir::Graph& graph) {
    const auto xml = folder_ / "model.xml";
    ir::WriteIr(graph, xml);
    for (const Fusion fusion : {Fusion::kOn, Fusion::kOff}) {
      const Tensors inputs = SomeInputs(graph);
      const Tensors expected = ModelRunner(LoadedModel::Load(xml), {.fusion = fusion}).Run(inputs);
      for (int start = 0; start < 3; ++start) {
        int packed = 0;
        const runtime::WeightCacheOptions options{.folder = folder_ / "cache",
                                                  .progress = [&](double) { ++packed; },
                                                  .warning = [](const std::string& text) { ADD_FAILURE() << text; }};
        const Tensors found = ModelRunner(LoadedModel::Load(xml, options), {.fusion = fusion}).Run(inputs);
        ExpectEqual(found, expected, name);
        EXPECT_TRUE(start == 0 || packed == 0) << name;
      }
    }
  }
  void ExpectSameBitsInAnyFormat(const std::string& name, const ir::Graph& graph) {
    ExpectSameBits(name, graph);
    for (const auto weights :
         {quantize::WeightFormat::kInt8, quantize::WeightFormat::kInt4, quantize::WeightFormat::kBf16}) {
      quantize::QuantizeOptions options;
      options.format = weights;
      ExpectSameBits(name + ", format " + std::to_string(static_cast<int>(weights)), Quantize(graph, options).graph);
    }
  }

 private:
  static void ExpectEqual(const Tensors& found, const Tensors& expected, const std::string& name) {
    ASSERT_EQ(found.size(), expected.size());
    for (const auto& [output, tensor] : expected) {
      const auto a = found.at(output).view().bytes();
      const auto b = tensor.view().bytes();
      EXPECT_TRUE(std::equal(a.begin(), a.end(), b.begin(), b.end())) << name << ": " << output;
    }
  }

  testing::TempFolder folder_;
};

TEST_F(WeightCache, KeepsDeepSpeech) {
  for (const std::string version : {"0.3.0-64", "0.8.2-64"}) {
    ExpectSameBitsInAnyFormat(version, ConvertedModel("deepspeech/" + version + "/output_graph.pb"));
  }
}

TEST_F(WeightCache, KeepsLm1b) {
  ExpectSameBitsInAnyFormat("lm_1b", ConvertedModel("lm_1b/tiny/graph.pbtxt", "lm_1b/tiny/ckpt"));
}

// Convolutions through oneDNN, whose packed forms are named by what oneDNN says of them.
TEST_F(WeightCache, KeepsBertAndResNet) {
  const std::filesystem::path models = STEPWELL_SOURCE_DIR "/models/bert_resnet/openvino_ir";
  for (const char* name : {"bert_tiny_a", "bert_tiny_b32", "resnet_tiny32", "resnet_tiny32_legacy"}) {
    ExpectSameBits(name, LoadedModel::Load(models / (std::string(name) + ".xml"))->graph());
  }
}

TEST_F(WeightCache, KeepsModelsOfFewerBits) {
  converter::ConvertOptions options;
  options.source.model = std::filesystem::path(STEPWELL_SOURCE_DIR "/models") / "deepspeech/0.8.2-64/output_graph.pb";
  options.weights = converter::ConvertOptions::Weights::kF16;
  ExpectSameBits("fp16", converter::Convert(options).graph);
}

}  // namespace
}  // namespace stepwell::tests
