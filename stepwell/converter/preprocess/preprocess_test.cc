#include "stepwell/converter/preprocess/preprocess.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "stepwell/converter/convert_test_support.h"
#include "tests/support/message_of.h"

namespace stepwell::converter {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// y = relu(x), of a picture [1, 1, 2, 3] in the order N, H, W, C, and an integer beside it.
GraphWriter Picture() {
  GraphWriter writer;
  writer.Placeholder("x", TfType::kFloat, {1, 1, 2, 3});
  writer.Placeholder("n", TfType::kInt32, {1});
  writer.Op("y", "Relu", {"x"});
  writer.Node("m", "Neg", {"n"}, {{"T", TfType::kInt32}});
  return writer;
}

ConvertOptions OptionsFor(Preprocessing wishes) {
  ConvertOptions options;
  options.outputs = ParseOutputs("y");
  options.preprocessing = std::move(wishes);
  return options;
}

std::vector<float> OutputsOf(const Preprocessing& wishes, const Shape& fed = {1, 1, 2, 3}) {
  const ConvertResult result = ConvertWriter(Picture(), OptionsFor(wishes));
  const std::vector<float> pixels = {10, 20, 30, 40, 50, 60};
  std::vector<Tensor> inputs;
  inputs.push_back(Tensor::Of<float>(fed, std::span<const float>(pixels)));
  const std::vector<Tensor> outputs = RunReference(result.graph, inputs);
  const auto values = outputs.at(0).as<float>();
  return {values.begin(), values.end()};
}

std::string MessageFor(const Preprocessing& wishes) {
  return MessageOf([&] { ConvertWriter(Picture(), OptionsFor(wishes)); });
}

std::vector<ChannelValues> Means(std::string_view text) { return ParseChannelValues(text, "--mean_values"); }
std::vector<ChannelValues> Scales(std::string_view text) { return ParseChannelValues(text, "--scale_values"); }

TEST(Preprocess, SubtractsTheMeanThenDivides) {
  EXPECT_THAT(OutputsOf({.means = Means("x[1,2,3]")}), ElementsAre(9, 18, 27, 39, 48, 57));
  EXPECT_THAT(OutputsOf({.means = Means("(10)"), .scales = Scales("x[1,2,5]")}), ElementsAre(0, 5, 4, 30, 20, 10));
  EXPECT_THAT(OutputsOf({.scale = 10.0F}), ElementsAre(1, 2, 3, 4, 5, 6));
}

TEST(Preprocess, ReversesTheChannelsBeforeMeanAndScale) {
  EXPECT_THAT(OutputsOf({.reverses_channels = true}), ElementsAre(30, 20, 10, 60, 50, 40));
  EXPECT_THAT(OutputsOf({.means = Means("x[30,0,0]"), .reverses_channels = true}), ElementsAre(0, 20, 10, 30, 50, 40));
}

TEST(Preprocess, TakesWhatIsFedInAnotherLayout) {
  // Fed [1, 3, 1, 2]: the first channel is 10, 20, the second 30, 40, the third 50, 60.
  const auto layouts = ParseLayouts("x(nhwc->nchw)", "", "");
  EXPECT_THAT(OutputsOf({.layouts = layouts}, {1, 3, 1, 2}), ElementsAre(10, 30, 50, 20, 40, 60));
  EXPECT_THAT(
      OutputsOf({.means = Means("x[10,30,50]"), .layouts = ParseLayouts("", "x(nhwc)", "x(nchw)")}, {1, 3, 1, 2}),
      ElementsAre(0, 0, 0, 10, 10, 10));
}

TEST(Preprocess, GivesOutputsInAnotherLayout) {
  EXPECT_THAT(OutputsOf({.layouts = ParseLayouts("y(nhwc->nchw)", "", "")}), ElementsAre(10, 40, 20, 50, 30, 60));
}

TEST(Preprocess, KeepsTheNamesOfInputsAndWritesTheirLayouts) {
  const ConvertResult result =
      ConvertWriter(Picture(), OptionsFor({.means = Means("x[1,2,3]"), .layouts = ParseLayouts("x(nhwc)", "", "")}));
  EXPECT_TRUE(result.graph.FindInput("x:0"));
  EXPECT_EQ(result.graph.metadata().at("layouts"), "x=[N,H,W,C]");
}

TEST(Preprocess, TakesTheBatchFromTheLayout) {
  ConvertOptions options = OptionsFor({.layouts = ParseLayouts("x(hnwc)", "", "")});
  options.batch = 7;
  const ConvertResult result = ConvertWriter(Picture(), options);
  EXPECT_EQ(result.graph.value(result.graph.inputs()[0].value).type.shape[1], 7);
}

TEST(Preprocess, SaysWhatDoesNotFit) {
  EXPECT_THAT(MessageFor({.means = Means("z[1,2,3]")}), AllOf(HasSubstr("there is no input 'z'"), HasSubstr("'x'")));
  EXPECT_THAT(MessageFor({.means = Means("x[1,2]")}),
              HasSubstr("which axis of input 'x' [1,1,2,3] are the 2 channels"));
  EXPECT_THAT(MessageFor({.means = Means("x[1,2]"), .layouts = ParseLayouts("x(nhwc)", "", "")}),
              HasSubstr("input 'x' has 3 channels (axis 3 of [1,1,2,3]) and 2 values are given"));
  EXPECT_THAT(MessageFor({.means = Means("x[1,2,3]"), .scales = Scales("x[1,2]")}),
              HasSubstr("3 mean values and 2 scale values"));
  EXPECT_THAT(MessageFor({.means = Means("[1],[2]")}), HasSubstr("2 pieces without names for 1 inputs"));
  EXPECT_THAT(MessageFor({.scales = Scales("x[1,0,3]")}), HasSubstr("divided by 0"));
  EXPECT_THAT(MessageFor({.scales = Scales("x[2]"), .scale = 3.0F}), HasSubstr("--scale and --scale_values"));
  EXPECT_THAT(MessageFor({.layouts = ParseLayouts("x(nhw)", "", "")}), HasSubstr("the layout [N,H,W] names 3 axes"));
  EXPECT_THAT(MessageFor({.layouts = ParseLayouts("x(nhwc->nchd)", "", "")}), HasSubstr("no order of the axes"));
  EXPECT_THAT(MessageFor({.reverses_channels = true, .layouts = ParseLayouts("x(nhcw)", "", "")}),
              HasSubstr("no input has 3 channels"));
}

TEST(Preprocess, LeavesIntegersAndStatesOutOfACommonScale) {
  ConvertOptions options = OptionsFor({.scale = 10.0F});
  options.outputs = ParseOutputs("y,m");
  const ConvertResult result = ConvertWriter(Picture(), options);
  EXPECT_EQ(result.graph.producer(result.graph.outputs()[1].value)->inputs[0].index,
            result.graph.inputs()[1].value.index);
}

std::string ParseMessage(const std::function<void()>& parse) { return MessageOf(parse); }

TEST(ParsePreprocessing, SaysWhichPieceItCannotRead) {
  EXPECT_THAT(ParseMessage([] { Means("x"); }), AllOf(HasSubstr("--mean_values"), HasSubstr("'x'")));
  EXPECT_THAT(ParseMessage([] { Means("x[1,b]"); }), HasSubstr("'b' is no number"));
  EXPECT_THAT(ParseMessage([] { Means("x[1],[2]"); }), HasSubstr("some pieces name an input and some do not"));
  EXPECT_THAT(ParseMessage([] { ParseScale("0"); }), HasSubstr("--scale"));
  EXPECT_THAT(ParseMessage([] { ParseLayouts("nhwc", "nhwc", ""); }), HasSubstr("--source_layout"));
  EXPECT_THAT(ParseMessage([] { ParseLayouts("x(nn)", "", ""); }), HasSubstr("'n' stands twice"));
  EXPECT_THAT(ParseMessage([] { ParseLayouts("[n,c,...]->[n*c,...]", "", ""); }), HasSubstr("axes cannot be fused"));
}

TEST(AxisLayout, NamesTheAxesOfAnyRank) {
  EXPECT_THAT(AxisLayout::Parse("nhwc").Labels(4), ElementsAre("N", "H", "W", "C"));
  EXPECT_THAT(AxisLayout::Parse("[n, ..., c]").Labels(4), ElementsAre("N", "?", "?", "C"));
  EXPECT_THAT(AxisLayout::Parse("?c??").Labels(4), ElementsAre("?", "C", "?", "?"));
  EXPECT_EQ(AxisLayout::Parse("n...c").ToText(), "[N,...,C]");
}

}  // namespace
}  // namespace stepwell::converter
