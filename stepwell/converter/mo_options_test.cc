#include "stepwell/converter/mo_options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "stepwell/base/error.h"

namespace stepwell::converter {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string MessageOf(auto&& parse) {
  try {
    parse();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kInvalidArgument) << error.what();
    return error.what();
  }
  ADD_FAILURE() << "nothing was thrown";
  return {};
}

struct InputCase {
  std::string text;
  std::string node;
  std::optional<int> output_port, input_port;
  std::optional<Shape> shape;
  std::optional<DType> dtype;
  std::string value;
};

class OneInput : public ::testing::TestWithParam<InputCase> {};

TEST_P(OneInput, IsReadInAllItsParts) {
  const InputCase& want = GetParam();
  const auto inputs = ParseInputs(want.text);
  ASSERT_EQ(inputs.size(), 1U);
  EXPECT_EQ(inputs[0].tensor.node, want.node);
  EXPECT_EQ(inputs[0].tensor.output_port, want.output_port);
  EXPECT_EQ(inputs[0].tensor.input_port, want.input_port);
  EXPECT_EQ(inputs[0].shape, want.shape);
  EXPECT_EQ(inputs[0].dtype, want.dtype);
  EXPECT_EQ(inputs[0].value ? inputs[0].value->ToText() : "", want.value);
}

constexpr auto kNone = std::nullopt;
const Shape kOneByTwo{1, 2};

INSTANTIATE_TEST_SUITE_P(
    MoSyntax, OneInput,
    ::testing::Values(
        InputCase{"a", "a", kNone, kNone, kNone, kNone, ""},
        InputCase{"  a/b-c.d_0 ", "a/b-c.d_0", kNone, kNone, kNone, kNone, ""},
        InputCase{"a:1", "a", 1, kNone, kNone, kNone, ""}, InputCase{"0:a", "a", kNone, 0, kNone, kNone, ""},
        InputCase{"a[1,2]", "a", kNone, kNone, kOneByTwo, kNone, ""},
        InputCase{"a[1 2]", "a", kNone, kNone, kOneByTwo, kNone, ""},
        InputCase{"a[ 1 ,  2 ]", "a", kNone, kNone, kOneByTwo, kNone, ""},
        InputCase{"a(1,2)", "a", kNone, kNone, kOneByTwo, kNone, ""},
        InputCase{"a [1,2]", "a", kNone, kNone, kOneByTwo, kNone, ""},
        InputCase{"a[]", "a", kNone, kNone, Shape{}, kNone, ""},
        InputCase{"a[?,-1,1..10,..5,3..,..]", "a", kNone, kNone, Shape::Filled(6, kDynamic), kNone, ""},
        InputCase{"a{i32}", "a", kNone, kNone, kNone, DType::kI32, ""},
        InputCase{"a{float32}", "a", kNone, kNone, kNone, DType::kF32, ""},
        InputCase{"a{boolean}", "a", kNone, kNone, kNone, DType::kBool, ""},
        InputCase{"a[1,2]{i64}", "a", kNone, kNone, kOneByTwo, DType::kI64, ""},
        InputCase{"a{i64}[1,2]", "a", kNone, kNone, kOneByTwo, DType::kI64, ""},
        InputCase{"a->150", "a", kNone, kNone, kNone, kNone, "150"},
        InputCase{"a->False", "a", kNone, kNone, kNone, kNone, "False"},
        InputCase{"a -> -1.5e3", "a", kNone, kNone, kNone, kNone, "-1.5e3"},
        InputCase{"a->[20,15]", "a", kNone, kNone, kNone, kNone, "[20,15]"},
        InputCase{"a->[20 15]", "a", kNone, kNone, kNone, kNone, "[20,15]"},
        InputCase{"a->[16]", "a", kNone, kNone, kNone, kNone, "[16]"},
        InputCase{"node_name2:1[2]{i32}->[20,15]", "node_name2", 1, kNone, Shape{2}, DType::kI32, "[20,15]"},
        InputCase{"node_name2:1{i32}[2]->[20,15]", "node_name2", 1, kNone, Shape{2}, DType::kI32, "[20,15]"},
        InputCase{"0:node_name1[3,4]", "node_name1", kNone, 0, Shape{3, 4}, kNone, ""}));

struct BadText {
  std::string text;
  std::string shown;  // what the message must contain
};

class BadInput : public ::testing::TestWithParam<BadText> {};

TEST_P(BadInput, IsShownInAUsageError) {
  const std::string message = MessageOf([&] { ParseInputs(GetParam().text); });
  EXPECT_THAT(message, HasSubstr("--input"));
  EXPECT_THAT(message, HasSubstr(GetParam().shown));
}

INSTANTIATE_TEST_SUITE_P(
    HostileStrings, BadInput,
    ::testing::Values(
        BadText{"a,,b", "empty piece in 'a,,b'"}, BadText{",", "empty piece"}, BadText{"a,", "empty piece"},
        BadText{"x,a[1,2", "'[' in 'a[1,2' is never closed"}, BadText{"a]1[", "']' in 'a]1[' closes nothing"},
        BadText{"a[1)", "closes nothing"}, BadText{"a{[i32}]", "closes nothing"}, BadText{"[1,2]", "it names no node"},
        BadText{"->3", "it names no node"}, BadText{"a[1][2]", "it has two shapes"},
        BadText{"a{i32}{i64}", "it has two types"}, BadText{"a{complex}", "{complex} is no type"},
        BadText{"a{}", "{} is no type"}, BadText{"a[x]", "'x' in the shape '[x]'"}, BadText{"a[1,,2]", "empty element"},
        BadText{"a[0]", "'0' in the shape"}, BadText{"a[-2]", "'-2' in the shape"},
        BadText{"a[99999999999999999999]", "'99999999999999999999' in the shape"},
        BadText{"a[1,1,1,1,1,1,1,1,1]", "more than 8 dimensions"}, BadText{"a[5..2]", "ends before it begins"},
        BadText{"a[1...2]", "'.2' in the shape"}, BadText{"a->", "'' is no value"}, BadText{"a->b", "'b' is no value"},
        BadText{"a->[1,b]", "'[1,b]' is no value"}, BadText{"a->[]", "has no elements"},
        BadText{"a->[1,[2]]", "is no value"}, BadText{"a:b", "expected name, name:port or port:name"},
        BadText{"a:", "expected name"}, BadText{":0", "expected name"}, BadText{"a:-1", "expected name"},
        BadText{"0:a:1", "expected name"}, BadText{"a:99999999999", "expected name"}, BadText{"a b", "expected name"},
        BadText{"a[1]b", "expected name"}, BadText{"a->1->2]", "closes nothing"}));

TEST(ParseInputs, ReadsThePublishedList) {
  const auto inputs =
      ParseInputs("input_lengths->[16],input_node[1,16,19,26],previous_state_h[1,2048],previous_state_c[1,2048]");
  ASSERT_EQ(inputs.size(), 4U);
  EXPECT_EQ(inputs[0].tensor.node, "input_lengths");
  EXPECT_EQ(inputs[0].value->elements, std::vector<std::string>{"16"});
  EXPECT_EQ(inputs[1].tensor.text, "input_node");
  EXPECT_EQ(inputs[1].shape, (Shape{1, 16, 19, 26}));
  EXPECT_EQ(inputs[3].tensor.node, "previous_state_c");
  EXPECT_EQ(inputs[3].shape, (Shape{1, 2048}));
}

TEST(ParseInputs, ReadsNothingFromNothing) { EXPECT_THAT(ParseInputs("  "), IsEmpty()); }

TEST(ParseInputs, SurvivesDeepNesting) {
  MessageOf([] { ParseInputs(std::string(100000, '[')); });
}

TEST(ParseInputShapes, ReadsThePublishedLists) {
  EXPECT_THAT(ParseInputShapes("[1,16,19,26],[1,2048],[1,2048]"),
              ElementsAre(Shape{1, 16, 19, 26}, Shape{1, 2048}, Shape{1, 2048}));
  EXPECT_THAT(ParseInputShapes("[50],[50],[1,9216],[1,9216]"),
              ElementsAre(Shape{50}, Shape{50}, Shape{1, 9216}, Shape{1, 9216}));
  EXPECT_THAT(ParseInputShapes("(1,227,227,3)"), ElementsAre(Shape{1, 227, 227, 3}));
  EXPECT_THAT(ParseInputShapes("[1,..100], [1 3 1.. 1..]"),
              ElementsAre(Shape{1, kDynamic}, Shape{1, 3, kDynamic, kDynamic}));
}

TEST(ParseInputShapes, ShowsThePieceThatIsNoShape) {
  EXPECT_THAT(MessageOf([] { ParseInputShapes("[1,2],3"); }), HasSubstr("--input_shape: cannot read '3'"));
  EXPECT_THAT(MessageOf([] { ParseInputShapes("[1,2],[a]"); }), HasSubstr("'a' in the shape '[a]'"));
}

TEST(ParseOutputs, ReadsNamesAndPorts) {
  const auto outputs = ParseOutputs("softmax_out,lstm/lstm_0/concat_2:1,0:logits");
  ASSERT_EQ(outputs.size(), 3U);
  EXPECT_EQ(outputs[0], (TensorRequest{"softmax_out", "softmax_out", kNone, kNone}));
  EXPECT_EQ(outputs[1], (TensorRequest{"lstm/lstm_0/concat_2:1", "lstm/lstm_0/concat_2", 1, kNone}));
  EXPECT_EQ(outputs[2], (TensorRequest{"0:logits", "logits", kNone, 0}));
}

TEST(ParseOutputs, RefusesShapes) {
  EXPECT_THAT(MessageOf([] { ParseOutputs("logits[1]"); }), HasSubstr("--output: cannot read 'logits[1]'"));
}

TEST(ParseFreezes, ReadsListsAndScalars) {
  const auto freezes = ParseFreezes("input_lengths->[16],other->True");
  ASSERT_EQ(freezes.size(), 2U);
  EXPECT_EQ(freezes[0].tensor.node, "input_lengths");
  EXPECT_EQ(freezes[0].value.form, Literal::Form::kList);
  EXPECT_EQ(freezes[1].tensor.node, "other");
  EXPECT_EQ(freezes[1].value.form, Literal::Form::kScalar);
}

TEST(ParseFreezes, ShowsThePieceWithoutAValue) {
  EXPECT_THAT(MessageOf([] { ParseFreezes("a->1,b"); }), HasSubstr("--freeze_placeholder_with_value: cannot read 'b'"));
}

TEST(ParseBatch, TakesPositiveNumbersOnly) {
  EXPECT_EQ(ParseBatch("4"), 4);
  for (const char* text : {"0", "-1", "", "1.5", "four"}) {
    EXPECT_THAT(MessageOf([&] { ParseBatch(text); }), HasSubstr("--batch"));
  }
}

TEST(ParseStates, ReadsPairs) {
  const StateRequests requests = ParseStates("previous_state_c=new_state_c, a/read=b:1");
  EXPECT_EQ(requests.mode, StateRequests::Mode::kNamed);
  EXPECT_THAT(requests.pairs, ElementsAre(StateRequests::Pair{"previous_state_c", "new_state_c"},
                                          StateRequests::Pair{"a/read", "b:1"}));
  EXPECT_EQ(ParseStates("none").mode, StateRequests::Mode::kNone);
}

TEST(ParseStates, RefusesWhatIsNoPair) {
  for (const char* text : {"", "a", "a=", "=b", "a=b=c", "a=b,c"}) {
    EXPECT_THAT(MessageOf([&] { ParseStates(text); }), HasSubstr("--states"));
  }
}

TEST(ParseRole, AddsAndReplaces) {
  std::map<std::string, std::string> roles;
  ParseRole("logits=raw_logits", roles);
  ParseRole("features=a", roles);
  ParseRole("features=b", roles);
  EXPECT_EQ(roles, (std::map<std::string, std::string>{{"features", "b"}, {"logits", "raw_logits"}}));
  EXPECT_THAT(MessageOf([&] { ParseRole("features", roles); }), HasSubstr("--role: cannot read 'features'"));
}

TEST(LiteralToConstant, TakesTheShapeThatIsFrozen) {
  EXPECT_EQ(ParseLiteral("[16]").ToConstant({DType::kI32, {1}}).Copy<std::int32_t>(), std::vector<std::int32_t>{16});
  const auto filled = ParseLiteral("16").ToConstant({DType::kI32, {3}});
  EXPECT_EQ(filled.type.shape, Shape{3});
  EXPECT_EQ(filled.Copy<std::int32_t>(), (std::vector<std::int32_t>{16, 16, 16}));
  EXPECT_EQ(ParseLiteral("[1,2]").ToConstant({DType::kF32, {kDynamic}}).type.shape, Shape{2});
  EXPECT_EQ(ParseLiteral("1").ToConstant({DType::kF32, Shape::UnknownRank()}).type.shape, Shape{});
  EXPECT_EQ(ParseLiteral("True").ToConstant({DType::kBool, {}}).Ints(), std::vector<std::int64_t>{1});
  EXPECT_EQ(ParseLiteral("9223372036854775807").ToConstant({DType::kI64, {}}).Ints(),
            std::vector<std::int64_t>{INT64_MAX});
}

TEST(LiteralToConstant, RefusesWhatDoesNotFit) {
  const auto refuse = [](const char* text, const TensorType& type) {
    return MessageOf([&] { ParseLiteral(text).ToConstant(type); });
  };
  EXPECT_THAT(refuse("[1,2,3]", {DType::kI32, {2}}), HasSubstr("[1,2,3] has 3 elements"));
  EXPECT_THAT(refuse("1.5", {DType::kI32, {}}), HasSubstr("'1.5' is no value of type i32"));
  EXPECT_THAT(refuse("300", {DType::kU8, {}}), HasSubstr("'300' is no value of type u8"));
  EXPECT_THAT(refuse("nan", {DType::kI64, {}}), HasSubstr("'nan' is no value of type i64"));
  EXPECT_THAT(refuse("9.3e18", {DType::kI64, {}}), HasSubstr("'9.3e18'"));
  EXPECT_THAT(refuse("1e300", {DType::kF32, {}}), HasSubstr("'1e300'"));
  EXPECT_THAT(refuse("1", {DType::kF32, {1 << 20, 1 << 20}}), HasSubstr("too large"));
}

}  // namespace
}  // namespace stepwell::converter
