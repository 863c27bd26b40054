// GraphDefs that contradict themselves or ask for what no machine has: `stepwell convert` names the node and what is
// wrong with it, under a cap on memory.
#include "tests/hostile/hostile_file.h"

namespace stepwell::tests {
namespace {

std::string Node(const std::string& name, const std::string& op, const std::vector<std::string>& inputs,
                 const std::string& attrs = "") {
  std::string text = "node { name: '" + name + "' op: '" + op + "'";
  for (const std::string& input : inputs) text += " input: '" + input + "'";
  return text + " " + attrs + " }\n";
}

std::string Attr(const std::string& key, const std::string& value) {
  return "attr { key: '" + key + "' value { " + value + " } } ";
}

std::string Dims(const std::vector<std::string>& extents) {
  std::string text;
  for (const std::string& extent : extents) text += "dim { size: " + extent + " } ";
  return text;
}

const std::string kFloat = Attr("T", "type: DT_FLOAT");

std::string Placeholder(const std::string& name, const std::vector<std::string>& extents,
                        const std::string& type = "DT_FLOAT") {
  return Node(name, "Placeholder", {},
              Attr("dtype", "type: " + type) + Attr("shape", "shape { " + Dims(extents) + "}"));
}

// A constant of which `values` is written in the proto's own words: "int_val: 3".
std::string Const(const std::string& name, const std::string& type, const std::vector<std::string>& extents,
                  const std::string& values) {
  return Node(name, "Const", {},
              Attr("dtype", "type: " + type) +
                  Attr("value", "tensor { dtype: " + type + " tensor_shape { " + Dims(extents) + "} " + values + " }"));
}

std::string Ints(const std::string& name, const std::vector<std::string>& values) {
  std::string text;
  for (const std::string& value : values) text += "int_val: " + value + " ";
  return Const(name, "DT_INT32", {std::to_string(values.size())}, text);
}
std::string Int(const std::string& name, const std::string& value) {
  return Const(name, "DT_INT32", {}, "int_val: " + value);
}
std::string Ints64(const std::string& name, const std::vector<std::string>& values) {
  std::string text;
  for (const std::string& value : values) text += "int64_val: " + value + " ";
  return Const(name, "DT_INT64", {std::to_string(values.size())}, text);
}

std::string X() { return Placeholder("x", {"2", "3"}); }
std::string Y(const std::string& op, const std::vector<std::string>& inputs, const std::string& attrs = "") {
  return Node("y", op, inputs, kFloat + attrs);
}

std::string Function(const std::string& name, const std::string& calls) {
  return "function { signature { name: '" + name +
         "' input_arg { name: 'a' type: DT_FLOAT } output_arg { name: 'r' "
         "type: DT_FLOAT } } node_def { name: 'call' op: '" +
         calls +
         "' input: 'a' } ret { key: 'r' value: "
         "'call:r:0' } } ";
}

std::string Nested(int depth) {
  std::string text = "node { name: 'x' op: 'Const' attr { key: 'a' value { ";
  for (int i = 0; i < depth; ++i) text += "list { func { attr { key: 'a' value { ";
  return text;
}

// y, behind `count` nodes of which each hands on what the last one gives.
std::string BehindAChain(int count) {
  std::string last = "x";
  std::string text = X();
  for (int i = 0; i < count; ++i) {
    const std::string name = std::to_string(i);
    text += Node(name, "Identity", {last}, kFloat);
    last = name;
  }
  return text + Y("Relu", {last});
}

std::vector<HostileCase> Graphs() {
  const std::string huge = "4611686018427387904";
  return {
      {"ShapeProductOverflows", Const("w", "DT_FLOAT", {huge, "4"}, "float_val: 1"), {"'w'", "overflow"}},
      {"MoreElementsThanAnyMemory",
       Const("w", "DT_FLOAT", {"1000000000", "1000000"}, "float_val: 1") + Placeholder("x", {"1"}) +
           Y("AddV2", {"x", "w"}),
       {"2^48"}},
      {"ZerosOfMoreThanIsExpanded",
       Const("w", "DT_FLOAT", {"100000000"}, "float_val: 0") + Placeholder("x", {"1"}) + Y("AddV2", {"x", "w"}),
       {"'w'", "400000000 bytes", "268435456"}},
      {"NegativeDimensionOfAConstant", Const("w", "DT_FLOAT", {"-2", "3"}, "float_val: 1"), {"'w'", "-2"}},
      {"NegativeDimensionOfAnInput", Placeholder("x", {"-7", "3"}) + Y("Relu", {"x"}), {"'x'", "-7"}},
      {"NinthDimension",
       Placeholder("x", std::vector<std::string>(9, "1")) + Y("Relu", {"x"}),
       {"'x'", "8 dimensions"}},
      {"SelfRecursiveFunction", X() + Node("y", "f", {"x"}) + "library { " + Function("f", "f") + "}", {"'y'", "f"}},
      {"MutuallyRecursiveFunctions",
       X() + Node("y", "PartitionedCall", {"x"}, Attr("f", "func { name: 'f' }")) + "library { " + Function("f", "g") +
           Function("g", "f") + "}",
       {"'y'", "PartitionedCall"}},
      {"Cycle", Y("Relu", {"z"}) + Node("z", "Relu", {"y"}, kFloat), {"'y'", "'z'"}},
      {"CycleOfOne", Y("Relu", {"y"}), {"'y'"}},
      {"CycleOfControlEdges", X() + Y("Relu", {"x", "^z"}) + Node("z", "NoOp", {"^y"}), {"'y'", "'z'"}},
      {"TwoNodesOfOneName", X() + X() + Y("Relu", {"x"}), {"'x'"}},
      {"NodeWithoutAName", X() + Node("", "Relu", {"x"}, kFloat), {"name"}},
      {"NameThatNobodyCanRead", X() + Node("y\\000z", "Relu", {"x"}, kFloat), {"node 1", "code 0"}},
      {"NamesWithoutEnd", BehindAChain(20'000), {"'x:0'", "4096 names"}},
      {"InputsWithoutEnd",
       X() + Y("AddN", std::vector<std::string>(100'000, "x"), Attr("N", "i: 100000")),
       {"'y'", "100000 inputs", "4096"}},
      {"AbsentInput", X() + Y("Relu", {"xx"}), {"'y'", "'xx'"}},
      {"NegativePort", X() + Y("Relu", {"x:-1"}), {"'y'", "x:-1"}},
      {"PortThatDoesNotExist", X() + Node("r", "Relu", {"x"}, kFloat) + Y("Relu", {"r:5"}), {"'y'", "'r'", "5"}},
      {"PortBeyondEveryNumber", X() + Y("Relu", {"x:99999999999999999999"}), {"'y'", "x:99999999999999999999"}},
      {"InputsThatAreOnlyClaimed", X() + Y("AddN", {"x"}, Attr("N", "i: 2147483647")), {"'y'"}},
      {"OutputsThatAreOnlyClaimed",
       X() + Int("axis", "1") + Y("Split", {"axis", "x"}, Attr("num_split", "i: 2147483647")),
       {"'y'"}},
      {"ContentOfAnotherSize", Const("w", "DT_FLOAT", {"3"}, "tensor_content: 'abcd'"), {"'w'", "12", "4"}},
      {"MoreValuesThanTheShapeHolds", Const("w", "DT_FLOAT", {"1"}, "float_val: 1 float_val: 2"), {"'w'"}},
      {"StringsForNumbers", X() + Const("w", "DT_STRING", {}, "string_val: 'a'") + Y("AddV2", {"x", "w"}), {"'w'"}},
      {"SplitIntoNone", X() + Int("axis", "1") + Y("Split", {"axis", "x"}, Attr("num_split", "i: 0")), {"'y'"}},
      {"SplitOfOtherLengths",
       X() + Ints("lengths", {"1", "7"}) + Int("axis", "1") +
           Y("SplitV", {"x", "lengths", "axis"}, Attr("num_split", "i: 2")),
       {"'y'"}},
      {"ConcatenationOfNothing", X() + Int("axis", "0") + Y("ConcatV2", {"axis"}, Attr("N", "i: 0")), {"'y'"}},
      {"StackOfNothing", X() + Y("Pack", {}, Attr("N", "i: 0")), {"'y'"}},
      {"AxisOutside", X() + Ints("axes", {"7"}) + Y("Sum", {"x", "axes"}), {"'y'", "axis 7"}},
      {"AxisFarBelow", X() + Int("axis", "-2147483648") + Y("ExpandDims", {"x", "axis"}), {"'y'", "-2147483648"}},
      {"SliceOutside",
       X() + Ints("begin", {"0", "9"}) + Ints("size", {"1", "1"}) + Y("Slice", {"x", "begin", "size"}),
       {"'y'"}},
      {"SliceWithAStrideOfZero",
       X() + Ints("begin", {"0"}) + Ints("end", {"2"}) + Ints("step", {"0"}) +
           Y("StridedSlice", {"x", "begin", "end", "step"}),
       {"'y'", "0"}},
      {"PermutationThatIsNone", X() + Ints("order", {"0", "7"}) + Y("Transpose", {"x", "order"}), {"'y'"}},
      {"ReshapeToMore", X() + Ints("shape", {"2147483647", "2147483647"}) + Y("Reshape", {"x", "shape"}), {"'y'"}},
      {"ReshapeWithTwoOpenAxes", X() + Ints("shape", {"-1", "-1"}) + Y("Reshape", {"x", "shape"}), {"'y'"}},
      {"ReshapeToANegativeExtent", X() + Ints("shape", {"-5", "3"}) + Y("Reshape", {"x", "shape"}), {"'y'", "-5"}},
      {"RangeOverNoStep",
       X() + Int("a", "0") + Int("b", "9") + Int("step", "0") +
           Node("r", "Range", {"a", "b", "step"}, Attr("Tidx", "type: DT_INT32")) + Y("AddV2", {"x", "r"}),
       {"'r'"}},
      {"FillOfANegativeExtent",
       X() + Ints("shape", {"-4"}) + Const("v", "DT_FLOAT", {}, "float_val: 1") + Y("Fill", {"shape", "v"}),
       {"-4"}},
      {"FillOfMoreThanCanBeCounted",
       X() + Ints64("shape", {huge, "16"}) + Const("v", "DT_FLOAT", {}, "float_val: 1") +
           Node("f", "Fill", {"shape", "v"}, kFloat + Attr("index_type", "type: DT_INT64")) + Y("AddV2", {"f", "x"}),
       {"'y'", "4611686018427387904"}},
      {"PadByLessThanNothing",
       X() + Const("pads", "DT_INT32", {"2", "2"}, "int_val: -9 int_val: 0 int_val: 0 int_val: 0") +
           Y("Pad", {"x", "pads"}),
       {"'y'"}},
      {"GatherOfAConstantOutside",
       Const("w", "DT_FLOAT", {"2"}, "float_val: 1 float_val: 2") + Ints("at", {"7"}) + Int("axis", "0") + X() +
           Node("g", "GatherV2", {"w", "at", "axis"}, Attr("Tparams", "type: DT_FLOAT")) + Y("AddV2", {"x", "g"}),
       {"'g'", "7"}},
      {"ConvolutionOfOtherChannels",
       Placeholder("x", {"1", "4", "4", "2"}) + Const("w", "DT_FLOAT", {"3", "3", "5", "1"}, "float_val: 1") +
           Y("Conv2D", {"x", "w"}, Attr("strides", "list { i: [1, 1, 1, 1] }") + Attr("padding", "s: 'SAME'")),
       {"'y'"}},
      {"ConvolutionWithAStrideOfZero",
       Placeholder("x", {"1", "4", "4", "2"}) + Const("w", "DT_FLOAT", {"3", "3", "2", "1"}, "float_val: 1") +
           Y("Conv2D", {"x", "w"}, Attr("strides", "list { i: [1, 0, 0, 1] }") + Attr("padding", "s: 'SAME'")),
       {"'y'"}},
      {"MessagesNestedTooDeep", Nested(50'000), {"nested"}},
  };
}

class HostileGraph : public HostileFile, public ::testing::WithParamInterface<HostileCase> {};

TEST_P(HostileGraph, IsRefusedByName) {
  const std::string file = folder_.Write("hostile.pbtxt", GetParam().text).string();
  std::vector<std::string> says = GetParam().says;
  says.push_back(file);
  std::vector<std::string> command = {"convert", file, "-o", "out"};
  if (GetParam().text.find("name: 'y'") != std::string::npos) command.insert(command.end(), {"--output", "y"});
  ExpectRefused(command, says);
}

// A graph of a few kilobytes whose constants, folded, would be 2^44 bytes: it is written as it stands.
TEST_F(HostileFile, ConvertsConcatsThatDoubleWithoutEndAndRefusesToRunThem) {
  std::string text = Placeholder("x", {"1"}) + Const("w", "DT_FLOAT", {"4"}, "float_val: 1") + Int("axis", "0");
  std::string last = "w";
  for (int i = 0; i < 40; ++i) {
    const std::string joined = "joined" + std::to_string(i);
    text += Node(joined, "ConcatV2", {last, last, "axis"}, kFloat + Attr("N", "i: 2"));
    last = joined;
  }
  folder_.Write("hostile.pbtxt", text + Y("AddV2", {"x", last}));
  ExpectDone({"convert", "hostile.pbtxt", "-o", "out", "--output", "y", "--silent"});
  EXPECT_LT(std::filesystem::file_size(folder_ / "out" / "hostile.bin"), 100'000U);
  const float x = 1;
  WriteNpy(folder_ / "x.npy", {{DType::kF32, {1}}, std::as_bytes(std::span(&x, 1)).data()});
  ExpectRefused({"run", "out/hostile.xml", "--input", "x=x.npy", "--output-dir", "results"},
                {"hostile.xml", "'y'", "17592186044416 bytes of memory"});
}

INSTANTIATE_TEST_SUITE_P(All, HostileGraph, ::testing::ValuesIn(Graphs()), NameOf);

}  // namespace
}  // namespace stepwell::tests
