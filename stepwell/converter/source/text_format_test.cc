#include "stepwell/converter/source/text_format.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "stepwell/converter/source/graph_reader.h"
#include "stepwell/converter/source/source_test_support.h"

namespace stepwell::converter {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

SourceGraph Read(std::string_view text) { return ReadGraphDef(TextToWire(text, TextMessage::kGraphDef)); }

// The tensor of a Const node, from the text of a TensorProto.
SourceTensor Tensor(const std::string& text) {
  return Read("node { name: 'c' op: 'Const' attr { key: 'value' value { tensor { " + text + " } } } }")
      .Node("c")
      .TensorAttr("value");
}
std::string TensorMessage(const std::string& text) {
  return MessageOf([&] { Tensor(text).Bytes(); });
}

const std::string kThree = "tensor_shape { dim { size: 3 } } ";

// Every form in which TensorFlow writes values; tf.make_ndarray gives the same numbers.
TEST(TextTensor, ReadsTheTypedFields) {
  EXPECT_THAT(Elements<float>(Tensor("dtype: DT_FLOAT " + kThree + "float_val: [1.5, -inf, 2]")),
              ElementsAre(1.5F, -std::numeric_limits<float>::infinity(), 2.0F));
  EXPECT_THAT(Elements<double>(Tensor("dtype: DT_DOUBLE " + kThree + "double_val: [1, 2, 1e-300]")),
              ElementsAre(1.0, 2.0, 1e-300));
  EXPECT_THAT(Elements<std::int8_t>(Tensor("dtype: DT_INT8 " + kThree + "int_val: [-1, 2, -128]")),
              ElementsAre(-1, 2, -128));
  EXPECT_THAT(Elements<std::uint16_t>(Tensor("dtype: DT_UINT16 " + kThree + "int_val: [1, 2, 65535]")),
              ElementsAre(1, 2, 65535));
  EXPECT_THAT(Elements<std::int64_t>(Tensor("dtype: DT_INT64 " + kThree + "int64_val: [-1, 0, 9223372036854775807]")),
              ElementsAre(-1, 0, 9223372036854775807));
  EXPECT_THAT(
      Elements<std::uint64_t>(Tensor("dtype: DT_UINT64 " + kThree + "uint64_val: [1, 2, 18446744073709551615]")),
      ElementsAre(1U, 2U, 18446744073709551615U));
  EXPECT_THAT(Elements<std::uint32_t>(Tensor("dtype: DT_UINT32 " + kThree + "uint32_val: [1, 2, 4294967295]")),
              ElementsAre(1U, 2U, 4294967295U));
  EXPECT_THAT(Elements<std::uint16_t>(Tensor("dtype: DT_HALF " + kThree + "half_val: [15360, 0, 64512]")),
              ElementsAre(0x3c00, 0, 0xfc00));
  EXPECT_THAT(Elements<std::uint8_t>(Tensor("dtype: DT_BOOL " + kThree + "bool_val: [true, false, true]")),
              ElementsAre(1, 0, 1));
  EXPECT_THAT(Tensor("dtype: DT_STRING " + kThree + "string_val: ['a', '', '\\000\\377']").strings,
              ElementsAre("a", "", std::string("\0\xff", 2)));
}

TEST(TextTensor, RepeatsTheLastValue) {
  EXPECT_THAT(Elements<float>(Tensor("dtype: DT_FLOAT " + kThree + "float_val: 7")), ElementsAre(7.0F, 7.0F, 7.0F));
  EXPECT_THAT(Elements<std::int16_t>(Tensor("dtype: DT_INT16 " + kThree + "int_val: [1, 2]")), ElementsAre(1, 2, 2));
  const SourceTensor huge = Tensor("dtype: DT_FLOAT tensor_shape { dim { size: 1099511627776 } } float_val: 1");
  EXPECT_EQ(huge.stored.size(), 4U);
  EXPECT_THAT(MessageOf([&] { huge.Bytes(); }), HasSubstr("repeats one value over 4398046511104 bytes"));
}

TEST(TextTensor, ReadsContentAndEmptyTensors) {
  EXPECT_THAT(Elements<std::uint8_t>(Tensor("dtype: DT_UINT8 " + kThree + "tensor_content: '\\001\\002\\003'")),
              ElementsAre(1, 2, 3));
  EXPECT_THAT(Elements<std::uint8_t>(Tensor("dtype: DT_BOOL " + kThree + "tensor_content: '\\001\\002\\000'")),
              ElementsAre(1, 1, 0));
  EXPECT_EQ(Tensor("dtype: DT_FLOAT tensor_shape { dim { size: 0 } dim { size: 9 } }").Bytes().size(), 0U);
  EXPECT_THAT(Elements<float>(Tensor("dtype: DT_FLOAT tensor_shape { } float_val: 3")), ElementsAre(3.0F));
}

TEST(TextTensor, RefusesValuesThatDoNotFit) {
  EXPECT_THAT(TensorMessage("dtype: DT_FLOAT " + kThree + "float_val: [1, 2, 3, 4]"),
              HasSubstr("a tensor f32[3] takes 12 bytes, but its values take 16\n"
                        "  while reading attribute 'value'\n  while reading node 0 'c' (Const)"));
  EXPECT_THAT(TensorMessage("dtype: DT_FLOAT " + kThree), HasSubstr("takes 12 bytes, but its values take 0"));
  EXPECT_THAT(TensorMessage("dtype: DT_FLOAT " + kThree + "tensor_content: '12345678'"),
              HasSubstr("takes 12 bytes, but 8 are stored"));
  EXPECT_THAT(TensorMessage("dtype: DT_FLOAT tensor_shape { dim { size: -2 } }"), HasSubstr("a dimension of -2"));
  EXPECT_THAT(TensorMessage("dtype: DT_FLOAT tensor_shape { unknown_rank: true }"), HasSubstr("no fixed number"));
  EXPECT_THAT(TensorMessage("dtype: DT_INT32 tensor_shape { dim { size: 4294967296 } dim { size: 4294967296 } }"),
              HasSubstr("overflows"));
  EXPECT_THAT(TensorMessage("dtype: DT_STRING " + kThree + "string_val: ['a', 'b', 'c', 'd']"),
              HasSubstr("holds 4 strings"));
  EXPECT_THAT(TensorMessage("dtype: DT_RESOURCE " + kThree), HasSubstr("a tensor of DT_RESOURCE has no numbers"));
}

TEST(TextAttr, ReadsEveryKind) {
  const SourceGraph graph = Read(R"(
    # a comment
    node {
      name: "n" op: "Op" input: "a" input: "b:2" input: "^c" device: "/cpu:0"
      attr { key: "s" value { s: "SAME" } }
      attr { key: "i" value { i: -3 } }
      attr { key: "f" value { f: 0.5 } }
      attr { key: "b" value { b: true } }
      attr { key: "t" value { type: DT_FLOAT_REF } }
      attr { key: "shape" value { shape { dim { size: -1 } dim { size: 4 } } } }
      attr { key: "any" value { shape { unknown_rank: true } } }
      attr { key: "l" value { list { i: 1 i: 2 s: "x" f: 1.5 b: false type: DT_INT8 shape { } func { name: "g" } } } }
      attr { key: "g" value { func { name: "body" } } }
      attr { key: "p" value { placeholder: "T" } }
      not_of_ours { deeper: 1 [some.extension]: { x: 1 } }
    }
    versions { producer: 26 min_consumer: 12 })");
  EXPECT_EQ(graph.producer(), 26);
  const SourceNode& node = graph.Node("n");
  EXPECT_THAT(node.inputs, ElementsAre(SourceOutput{"a", 0}, SourceOutput{"b", 2}));
  EXPECT_THAT(node.control_inputs, ElementsAre("c"));
  EXPECT_EQ(node.device, "/cpu:0");
  EXPECT_EQ(node.StringAttr("s"), "SAME");
  EXPECT_EQ(node.IntAttr("i"), -3);
  EXPECT_EQ(node.FloatAttr("f"), 0.5F);
  EXPECT_TRUE(node.BoolAttr("b"));
  EXPECT_EQ(node.TypeAttr("t"), TfType::kFloat);
  EXPECT_EQ(node.ShapeAttr("shape"), (Shape{kDynamic, 4}));
  EXPECT_FALSE(node.ShapeAttr("any").has_rank());
  EXPECT_THAT(node.IntsAttr("l"), ElementsAre(1, 2));
  EXPECT_THAT(node.ListAttr("l").strings, ElementsAre("x"));
  EXPECT_THAT(node.ListAttr("l").floats, ElementsAre(1.5F));
  EXPECT_THAT(node.ListAttr("l").types, ElementsAre(TfType::kInt8));
  EXPECT_EQ(node.ListAttr("l").functions.at(0).name, "g");
  EXPECT_EQ(AttrKindName(node.attrs.at("g")), "a function");
  EXPECT_EQ(AttrKindName(node.attrs.at("p")), "nothing");
  EXPECT_EQ(node.IntAttr("absent", 5), 5);
  EXPECT_EQ(MessageOf([&] { node.FloatAttr("i", 0.0F); }),
            "node 'n' (Op): attribute 'i' should be a float, found an integer");
  EXPECT_EQ(MessageOf([&] { node.TensorAttr("value"); }),
            "node 'n' (Op): attribute 'value' should be a tensor, found no such attribute");
}

TEST(TextFormat, SaysLineAndColumnOfAMistake) {
  EXPECT_THAT(MessageOf([] { Read("node {\n  name: 'a'\n  op: \n}\n"); }), HasSubstr("line 4, column 1"));
  EXPECT_THAT(MessageOf([] { Read("node {\n  name: 'a'\n"); }), HasSubstr("line 3, column 1"));
  EXPECT_THAT(MessageOf([] { Read("node { attr { key: 'T' value { type: DT_NONE } } }"); }), HasSubstr("DT_NONE"));
}

TEST(TextFormat, BoundsTheNesting) {
  std::string text = "node { ";
  for (int i = 0; i < 100'000; ++i) text += "x { ";
  EXPECT_THAT(MessageOf([&] { Read(text); }), HasSubstr("nested deeper than 100"));
  EXPECT_EQ(Read("node { name: '{{{{' op: \"\\\"{\" } # {{{{\n").Node("{{{{").op, "\"{");
}

}  // namespace
}  // namespace stepwell::converter
