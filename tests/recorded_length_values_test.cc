// Small graphs that compute with the batch or the length as a number (models/make/record_length_values.py): either the
// number is freed with the extent, and every shape gives what TensorFlow's graph of that shape gives, or the extent is
// held and the conversion warns.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "stepwell/converter/convert.h"
#include "tests/support/model_runner.h"

namespace stepwell::tests {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const std::filesystem::path kGraphs = STEPWELL_SOURCE_DIR "/models/bert_resnet/length_values";

converter::ConvertResult Converted(const std::string& name) {
  converter::ConvertOptions options;
  options.source.model = kGraphs / (name + ".pb");
  return converter::Convert(options);
}

class FreedLengthValue : public ::testing::TestWithParam<std::string> {};

TEST_P(FreedLengthValue, GivesTensorFlowsResultsAtEveryShape) {
  const converter::ConvertResult converted = Converted(GetParam());
  EXPECT_THAT(converted.warnings, IsEmpty());
  const ModelRunner runner(runtime::LoadedModel::Of(converted.graph));
  for (const char* shape : {"2x12", "1x12", "3x7", "2x30", "5x1"}) {
    const std::filesystem::path folder = kGraphs / (GetParam() + "_" + shape);
    Tensors inputs;
    for (const ir::Input& input : converted.graph.inputs()) {
      inputs.emplace(input.name, ReadNpy(folder / (input.name + ".npy")));
    }
    const Tensors outputs = runner.Run(inputs);
    const Tensor expected = ReadNpy(folder / "result.npy");
    ASSERT_EQ(outputs.at("result").type().shape, expected.type().shape) << shape;
    EXPECT_LT(RelativeDifference(outputs.at("result"), expected), 1e-6F) << shape;
  }
}

INSTANTIATE_TEST_SUITE_P(Graphs, FreedLengthValue, ::testing::Values("masked", "masked_nd", "one_hot", "rest"),
                         [](const auto& graph) { return graph.param; });

struct HeldValue {
  std::string graph;
  std::string node;
};

class HeldLengthValue : public ::testing::TestWithParam<HeldValue> {};

TEST_P(HeldLengthValue, NamesTheNodeThatComputesWithTheLength) {
  const converter::ConvertResult converted = Converted(GetParam().graph);
  const std::size_t ids = converted.graph.FindInput("ids").value();
  EXPECT_EQ(converted.graph.value(converted.graph.inputs()[ids].value).type.shape[1], 12);
  EXPECT_THAT(converted.warnings,
              Contains(AllOf(HasSubstr("ids axis 1 stays 12"), HasSubstr("'" + GetParam().node + "'"))));
}

INSTANTIATE_TEST_SUITE_P(Graphs, HeldLengthValue,
                         ::testing::Values(HeldValue{"offsets_written_out", "add"},
                                           HeldValue{"offsets_stepped", "range"}, HeldValue{"reversed_places", "sub"},
                                           HeldValue{"last", "strided_slice"}, HeldValue{"mean", "truediv"},
                                           HeldValue{"scaled", "mul"}, HeldValue{"within", "Less"}),
                         [](const auto& held) { return held.param.graph; });

}  // namespace
}  // namespace stepwell::tests
