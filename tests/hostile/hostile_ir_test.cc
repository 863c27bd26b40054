// IR that contradicts itself or asks for what no machine has: `stepwell run` names the layer and what is wrong with it,
// under a cap on memory.
#include <cmath>
#include <functional>
#include <limits>

#include "tests/hostile/hostile_file.h"
#include "tests/hostile/small_ir.h"

namespace stepwell::tests {
namespace {

constexpr std::int64_t kHuge = std::int64_t{1} << 40;
const std::string kFloats = "element_type=\"f32\"";

// A model that gives what `make` returns; x is f32[2,3] and is fed.
std::string ModelOf(SmallIr& ir, const std::function<int(SmallIr&, int x)>& make) {
  ir.Result(make(ir, ir.Input("2,3")));
  return ir.xml();
}

// A Loop whose body hands x on and always says that it goes on.
int EndlessLoop(SmallIr& ir, int x, std::int64_t trips) {
  const int go_on = ir.Bool(true);
  SmallIr body;
  body.Result(body.Input("2,3"));
  body.Result(body.Const("boolean", "", "64", "1"));  // where go_on stands
  return ir.Add("Loop", "", {ir.Int(trips), go_on, x},
                "<port_map><input external_port_id=\"2\" internal_layer_id=\"0\"/>"
                "<output external_port_id=\"9\" internal_layer_id=\"1\"/>"
                "<output external_port_id=\"-1\" internal_layer_id=\"3\" purpose=\"execution_condition\"/>"
                "</port_map><back_edges><edge from-layer=\"1\" to-layer=\"0\"/></back_edges><body>" +
                    body.layers() + "</body>");
}

// Forty Concats, of which each joins the last two values, or the last one with itself.
enum class Join { kLastTwo, kTwice };
int JoinedWithoutEnd(SmallIr& ir, Join join) {
  int before = ir.Const("f32", "16", "0", "64");
  int last = before;
  for (int i = 0; i < (join == Join::kTwice ? 40 : 60); ++i) {
    const int joined = ir.Add("Concat", "axis=\"0\"", {last, join == Join::kTwice ? last : before});
    before = last;
    last = joined;
  }
  return last;
}

// Weights as OpenVINO compresses them: a constant of this type and shape, as floats, times scales of another shape.
int Compressed(SmallIr& ir, const std::string& type, const std::string& shape, std::size_t bytes,
               const std::string& scales_shape, const std::vector<float>& scales) {
  const int values = ir.Data(type, shape, std::vector<char>(bytes, 0x5A));
  const int floats = ir.Add("Convert", "destination_type=\"f32\"", {values});
  return ir.Add("Multiply", "auto_broadcast=\"numpy\"", {floats, ir.Data("f32", scales_shape, scales)});
}

struct HostileIrCase {
  std::string name;
  std::function<int(SmallIr&, int x)> make;
  std::vector<std::string> says;
};
void PrintTo(const HostileIrCase& row, std::ostream* out) { *out << row.name; }

std::vector<HostileIrCase> Layers() {
  const auto binary = [](SmallIr& ir, int a, int b) { return ir.Add("Add", "auto_broadcast=\"numpy\"", {a, b}); };
  const auto constant = [](const std::string& shape, const std::string& offset, const std::string& size) {
    return [=](SmallIr& ir, int) { return ir.Const("f32", shape, offset, size); };
  };
  const auto constant_of = [](const std::string& type, const std::string& shape, const std::string& size) {
    return [=](SmallIr& ir, int) { return ir.Const(type, shape, "0", size); };
  };
  const auto broadcast = [](std::vector<std::int64_t> shape) {
    return [=](SmallIr& ir, int) { return ir.Add("Broadcast", "mode=\"numpy\"", {ir.Float(1), ir.Ints(shape)}); };
  };
  const auto with_ints = [](const std::string& type, const std::string& data, std::vector<std::int64_t> values) {
    return [=](SmallIr& ir, int x) { return ir.Add(type, data, {x, ir.Ints(values)}); };
  };
  const auto pad = [](std::int64_t begin) {
    return [=](SmallIr& ir, int x) {
      return ir.Add("Pad", "pad_mode=\"constant\"", {x, ir.Ints({begin, 0}), ir.Ints({0, 0}), ir.Float(0)});
    };
  };
  const auto top_k = [](std::int64_t k) {
    return [=](SmallIr& ir, int x) { return ir.Add("TopK", "axis=\"0\" mode=\"max\" sort=\"value\"", {x, ir.Int(k)}); };
  };
  const auto convolution = [](const std::string& strides, const std::string& dilations, const std::string& pads) {
    return [=](SmallIr& ir, int) {
      const int image = ir.Input("1,1,4,4");
      return ir.Add("Convolution",
                    "strides=\"" + strides + "\" dilations=\"" + dilations + "\" pads_begin=\"" + pads +
                        "\" pads_end=\"0,0\" auto_pad=\"explicit\"",
                    {image, image});
    };
  };
  const auto pool = [](const std::string& kernel) {
    return [=](SmallIr& ir, int) {
      return ir.Add(
          "MaxPool",
          "strides=\"1,1\" kernel=\"" + kernel + "\" pads_begin=\"0,0\" pads_end=\"0,0\" rounding_type=\"floor\"",
          {ir.Input("1,1,4,4")});
    };
  };
  const auto with_parts = [](std::vector<std::int64_t> parts) {
    return [=](SmallIr& ir, int x) { return ir.Add("VariadicSplit", "", {x, ir.Int(1), ir.Ints(parts)}); };
  };
  const auto lstm = [](std::int64_t length) {
    return [=](SmallIr& ir, int) {
      const auto zeros = [&](const std::string& shape, int bytes) {
        return ir.Const("f32", shape, "0", std::to_string(bytes));
      };
      const int state = zeros("1,1,1", 4);
      return ir.Add("LSTMSequence", "hidden_size=\"1\" direction=\"forward\"",
                    {zeros("1,2,1", 8), state, state, ir.Ints({length}), zeros("1,4,1", 16), zeros("1,4,1", 16),
                     zeros("1,4", 16)});
    };
  };
  const auto gather = [](std::int64_t at) {
    return [=](SmallIr& ir, int x) { return ir.Add("Gather", "batch_dims=\"0\"", {x, ir.Ints({at}), ir.Int(0)}); };
  };
  return {
      {"ShapeProductOverflows", constant("4611686018427387904,4", "0", "64"), {"Const_1", "overflow"}},
      {"NegativeDimension", constant("-5,3", "0", "60"), {"Const_1", "-5"}},
      {"ConstantOfAnotherSize", constant("4", "0", "12"), {"Const_1", "12", "16"}},
      {"OffsetOutside", constant("4", "1000", "16"), {"Const_1", "1000"}},
      {"OffsetPlusSizeWraps", constant("4", "9223372036854775807", "16"), {"Const_1", "9223372036854775807"}},
      {"OffsetBeyondEveryNumber", constant("4", "18446744073709551600", "16"), {"Const_1", "18446744073709551600"}},
      {"NegativeOffset", constant("4", "-16", "16"), {"Const_1", "-16"}},
      {"ParameterOfNegativeDimension",
       [=](SmallIr& ir, int x) { return binary(ir, x, ir.Input("-3")); },
       {"Parameter_1", "-3"}},
      {"BroadcastToMoreThanThereIs", broadcast({kHuge, 2}), {"Broadcast_3", "memory"}},
      {"BroadcastToMoreThanCanBeCounted", broadcast({kHuge, kHuge}), {"Broadcast_3", "overflow"}},
      {"BroadcastToANegativeExtent", broadcast({-4}), {"Broadcast_3", "-4"}},
      {"TileOfMoreThanThereIs", with_ints("Tile", "", {kHuge, 1}), {"Tile_2", "bytes of memory"}},
      {"TileOfANegativeNumber", with_ints("Tile", "", {-1, 1}), {"Tile_2", "-1"}},
      {"ConcatOfAConstantWithItselfWithoutEnd",
       [](SmallIr& ir, int) { return JoinedWithoutEnd(ir, Join::kTwice); },
       {"Concat_", "bytes of memory"}},
      {"ConcatsThatGrowWithoutEnd",
       [](SmallIr& ir, int) { return JoinedWithoutEnd(ir, Join::kLastTwo); },
       {"Concat_", "bytes of memory"}},
      {"TilesThatGrowWithoutEnd",
       [](SmallIr& ir, int) {
         int last = ir.Ints({1, 2});
         for (int i = 0; i < 40; ++i) last = ir.Add("Tile", "", {last, ir.Ints({2})});
         return last;
       },
       {"Tile_", "bytes of memory"}},
      {"BroadcastsThatGrowWithoutEnd",
       [](SmallIr& ir, int) {
         int last = ir.Float(1);
         for (int rank = 1; rank <= 6; ++rank) {
           last = ir.Add("Broadcast", "mode=\"numpy\"", {last, ir.Ints(std::vector<std::int64_t>(rank, 128))});
           last = ir.Add("Abs", "", {last});
         }
         return last;
       },
       {"Abs_", "bytes of memory"}},
      {"RangeOfMoreThanThereIs",
       [](SmallIr& ir, int) {
         return ir.Add("Range", "output_type=\"i64\"", {ir.Int(0), ir.Int(kHuge), ir.Int(1)});
       },
       {"Range_4", "memory"}},
      {"RangeOverNoStep",
       [](SmallIr& ir, int) {
         return ir.Add("Range", "output_type=\"i64\"", {ir.Int(0), ir.Int(9), ir.Int(0)});
       },
       {"Range_4", "0"}},
      {"OneHotOfMoreThanThereIs",
       [](SmallIr& ir, int) {
         return ir.Add("OneHot", "axis=\"-1\"", {ir.Ints({1}), ir.Int(kHuge), ir.Float(1), ir.Float(0)});
       },
       {"OneHot_5", "memory"}},
      {"ReshapeToMore", with_ints("Reshape", "special_zero=\"false\"", {kHuge, 3}), {"Reshape_2"}},
      {"ReshapeToANegativeExtent", with_ints("Reshape", "special_zero=\"false\"", {-7, 3}), {"Reshape_2", "-7"}},
      {"TransposeByNoPermutation", with_ints("Transpose", "", {0, 9}), {"Transpose_2", "9"}},
      {"AxisOutside", with_ints("ReduceSum", "keep_dims=\"false\"", {9}), {"ReduceSum_2", "axis 9"}},
      {"UnsqueezeFarOutside", with_ints("Unsqueeze", "", {kHuge}), {"Unsqueeze_2", "1099511627776"}},
      {"PadByMoreThanThereIs", pad(kHuge), {"Pad_4", "bytes of memory"}},
      {"PadByLessThanNothing", pad(-5), {"Pad_4", "-5"}},
      {"GatherOutside", gather(7), {"Gather_3", "7"}},
      {"GatherFarBelow", gather(-kHuge), {"Gather_3", "-1099511627776"}},
      {"SplitIntoNone",
       [](SmallIr& ir, int x) {
         return ir.Add("Split", "num_splits=\"0\"", {x, ir.Int(1)});
       },
       {"Split_2", "0"}},
      {"SplitIntoMoreThanThereIs",
       [](SmallIr& ir, int x) {
         return ir.Add("Split", "num_splits=\"9223372036854775807\"", {x, ir.Int(1)});
       },
       {"Split_2", "9223372036854775807"}},
      {"ConcatenationOfNothing", [](SmallIr& ir, int) { return ir.Add("Concat", "axis=\"0\""); }, {"Concat_1"}},
      {"ConcatenationOnAnAxisOutside",
       [](SmallIr& ir, int x) {
         return ir.Add("Concat", "axis=\"5\"", {x, x});
       },
       {"Concat_1", "axis 5"}},
      {"StridedSliceByZero",
       [](SmallIr& ir, int x) {
         return ir.Add("StridedSlice",
                       "begin_mask=\"0\" end_mask=\"0\" new_axis_mask=\"0\" shrink_axis_mask=\"0\" ellipsis_mask=\"0\"",
                       {x, ir.Ints({0}), ir.Ints({2}), ir.Ints({0})});
       },
       {"StridedSlice_4", "0"}},
      {"SliceOfOtherLengths",
       [](SmallIr& ir, int x) {
         return ir.Add("Slice", "", {x, ir.Ints({0}), ir.Ints({1, 2}), ir.Ints({1}), ir.Ints({0})});
       },
       {"Slice_5", "1 starts and 2 stops"}},
      {"TransformOfAHugePrime",
       [](SmallIr& ir, int x) {
         return ir.Add("RDFT", "", {x, ir.Ints({1}), ir.Ints({10'000'019})});
       },
       {"RDFT_3", "10000019"}},
      {"LoopWithoutEnd",
       [](SmallIr& ir, int x) { return EndlessLoop(ir, x, std::numeric_limits<std::int64_t>::max()); },
       {"Loop_3", "9223372036854775807"}},
      {"LoopWithoutEndOrCount", [](SmallIr& ir, int x) { return EndlessLoop(ir, x, -1); }, {"Loop_3", "trip count"}},
      {"TopKOfMoreThanThereIs", top_k(9), {"TopK_2", "k must be"}},
      {"TopKOfLessThanNone", top_k(-1), {"TopK_2", "k must be"}},
      {"ConvolutionWithADilationOfZero", convolution("1,1", "0,0", "0,0"), {"Convolution_2", "dilations", "[0,0]"}},
      {"ConvolutionWithAStrideOfZero", convolution("0,0", "1,1", "0,0"), {"Convolution_2", "strides", "[0,0]"}},
      {"ConvolutionWithPadsBeyondEveryTensor",
       convolution("1,1", "1,1", "9223372036854775807,0"),
       {"Convolution_2", "pads_begin", "9223372036854775807"}},
      {"PoolOfNothing", pool("0,0"), {"MaxPool_2", "kernel", "[0,0]"}},
      {"PoolOfMoreThanCanBeCounted", pool("9223372036854775807,1"), {"MaxPool_2", "kernel", "9223372036854775807"}},
      {"VariadicSplitOfOtherLengths", with_parts({1, 7}), {"VariadicSplit_3", "8", "3"}},
      {"VariadicSplitWhoseSumWraps",
       with_parts({std::numeric_limits<std::int64_t>::max(), std::numeric_limits<std::int64_t>::max()}),
       {"VariadicSplit_3", "overflow"}},
      {"RangeToNoNumber",
       [](SmallIr& ir, int) {
         return ir.Add("Range", "output_type=\"f32\"", {ir.Float(0), ir.Float(std::nanf("")), ir.Float(1)});
       },
       {"Range_4", "nan"}},
      {"SequenceLongerThanItsFrames", lstm(9), {"LSTMSequence_7", "length 9"}},
      {"SequenceOfANegativeLength", lstm(-1), {"LSTMSequence_7", "length -1"}},
      {"SequenceReversedBeyondItsEnd",
       [](SmallIr& ir, int x) {
         return ir.Add("ReverseSequence", "batch_axis=\"0\" seq_axis=\"1\"", {x, ir.Ints({4, -1})});
       },
       {"ReverseSequence_2", "length of 4"}},
      {"AttributeBeyondEveryNumber",
       [](SmallIr& ir, int x) {
         return ir.Add("Concat", "axis=\"99999999999999999999\"", {x, x});
       },
       {"Concat_1", "99999999999999999999"}},
      {"HalfAByteLessThanTheNumbersOf4Bits",
       [](SmallIr& ir, int) { return ir.Data("i4", "3,401", std::vector<char>(601)); },
       {"Const_1", "601", "602"}},
      {"HalfAByteMoreThanTheNumbersOf4Bits",
       [](SmallIr& ir, int) { return ir.Data("u4", "3,401", std::vector<char>(603)); },
       {"Const_1", "603", "602"}},
      {"MoreNumbersOf4BitsThanCanBeCounted", constant_of("i4", "4611686018427387904,4", "64"), {"Const_1", "overflow"}},
      {"ScalesThatDoNotFitTheirWeights",
       [](SmallIr& ir, int) { return Compressed(ir, "i4", "3,401", 602, "400", std::vector<float>(400, 1)); },
       {"Multiply_4", "3,401", "400"}},
      {"TransposeOfNumbersOf4Bits",
       [](SmallIr& ir, int) {
         return ir.Add("Transpose", "", {ir.Data("i4", "3,401", std::vector<char>(602)), ir.Ints({1, 0})});
       },
       {"Transpose_3", "i4"}},
      {"ConcatOfNumbersOf4Bits",
       [](SmallIr& ir, int) {
         const int odd = ir.Data("u4", "3,67001", std::vector<char>(100502));
         return ir.Add("Concat", "axis=\"1\"", {odd, odd});
       },
       {"Concat_2", "u4"}},
      {"UnknownLayer", [](SmallIr& ir, int x) { return ir.Add("Frobnicate", "", {x}); }, {"Frobnicate"}},
      {"ElementTypeThatIsNone",
       [](SmallIr& ir, int x) { return ir.Add("Convert", "destination_type=\"f99\"", {x}); },
       {"Convert_1", "f99"}},
  };
}

class HostileIr : public HostileFile {
 protected:
  HostileIr() {
    const std::vector<float> x(6, 1.0F);
    WriteNpy(folder_ / "x.npy", {{DType::kF32, {2, 3}}, std::as_bytes(std::span(x)).data()});
  }
  std::string Write(const std::string& xml, const std::string& bin) {
    folder_.Write("hostile.bin", bin);
    return folder_.Write("hostile.xml", xml).string();
  }
  std::vector<std::string> Run(const std::string& file) const {
    return {"run", file, "--input", "Parameter_0=x.npy", "--output-dir", "out"};
  }
  void ExpectModelRefused(const std::string& xml, const std::string& bin, std::vector<std::string> says) {
    const std::string file = Write(xml, bin);
    says.push_back("hostile");
    ExpectRefused(Run(file), says);
  }
};

class HostileLayer : public HostileIr, public ::testing::WithParamInterface<HostileIrCase> {};

TEST_P(HostileLayer, IsRefusedByName) {
  SmallIr ir;
  const std::string xml = ModelOf(ir, GetParam().make);
  ExpectModelRefused(xml, ir.bin(), GetParam().says);
}

INSTANTIATE_TEST_SUITE_P(All, HostileLayer, ::testing::ValuesIn(Layers()),
                         [](const auto& row) { return row.param.name; });

// A sound model of one layer, in whose text `from` becomes `to`.
std::string Changed(const SmallIr& ir, const std::string& from, const std::string& to) {
  std::string xml = ir.xml();
  return xml.replace(xml.find(from), from.size(), to);
}
SmallIr Sound() {
  SmallIr ir;
  ir.Result(ir.Add("ReLU", "", {ir.Input("2,3")}));
  return ir;
}

TEST_F(HostileIr, RunsWhereNothingIsWrong) { ExpectDone(Run(Write(Sound().xml(), Sound().bin()))); }

TEST_F(HostileIr, TakesTheFirstNoneOfNothing) {
  SmallIr ir;
  const int empty = ir.Const("f32", "3,0", "0", "0");
  ir.Result(ir.Add("TopK", "axis=\"1\" mode=\"max\" sort=\"value\"", {empty, ir.Int(0)}));
  ExpectDone({"run", Write(ir.xml(), ir.bin()), "--output-dir", "out"});
}

struct ScaledWeights {
  std::string type;
  std::string shape;  // of the weights, whose last axis is multiplied by x, which has 3 columns
  std::size_t bytes;
  std::string scales_shape;
  std::vector<float> scales;
};

TEST_F(HostileIr, TakesCompressedWeightsOfOddSizesAndScales) {
  const float inf = std::numeric_limits<float>::infinity();
  const ScaledWeights kinds[] = {{"i4", "401,3", 602, "401,1", std::vector<float>(401, 2)},
                                 {"i4", "401,3", 602, "3", {1, 2, 3}},
                                 {"i4", "401,3", 602, "1,1", {std::nanf("")}},
                                 {"i4", "401,3", 602, "", {inf}},
                                 {"i8", "401,3", 1203, "401,3", std::vector<float>(1203, -inf)},
                                 {"i8", "401,3", 1203, "401,1", std::vector<float>(401, std::nanf(""))},
                                 {"bf16", "401,3", 2406, "1", {0}},
                                 {"u4", "401,3", 602, "401,1", std::vector<float>(401, 0)},
                                 {"i4", "1,3", 2, "1,1", {1}},
                                 {"i4", "0,3", 0, "0,1", {}},
                                 {"i8", "0,3", 0, "3", {1, 1, 1}}};
  for (const ScaledWeights& kind : kinds) {
    SmallIr ir;
    const int x = ir.Input("2,3");
    const int weights = Compressed(ir, kind.type, kind.shape, kind.bytes, kind.scales_shape, kind.scales);
    ir.Result(ir.Add("MatMul", "transpose_a=\"false\" transpose_b=\"true\"", {x, weights}));
    SCOPED_TRACE(kind.type + "[" + kind.shape + "] * [" + kind.scales_shape + "]");
    ExpectDone(Run(Write(ir.xml(), ir.bin())));
    std::filesystem::remove_all(folder_ / "out");
  }
}

TEST_F(HostileIr, RefusesALayerThatDependsOnItself) {
  SmallIr ir = Sound();
  ExpectModelRefused(Changed(ir, "from-layer=\"0\"", "from-layer=\"1\""), ir.bin(), {"ReLU_1", "depends on itself"});
}

TEST_F(HostileIr, RefusesPortsAndLayersThatDoNotExist) {
  ExpectModelRefused(Changed(Sound(), "from-layer=\"0\"", "from-layer=\"-1\""), "", {"layer -1"});
  ExpectModelRefused(Changed(Sound(), "from-port=\"9\"", "from-port=\"-9\""), "", {"port -9"});
  ExpectModelRefused(Changed(Sound(), "to-port=\"0\"", "to-port=\"9223372036854775807\""), "",
                     {"port 9223372036854775807"});
}

TEST_F(HostileIr, RefusesToTakeAValueFromAResult) {
  SmallIr ir;
  const int result = ir.Add("Result", "", {ir.Input("2,3")}, "<output><port id=\"9\"/></output>");
  ir.Result(ir.Add("ReLU", "", {result}));
  ExpectModelRefused(ir.xml(), "", {"ReLU_2", "layer 1 'Result_1' (Result)", "no value"});
}

TEST_F(HostileIr, RefusesTwoLayersOfOneId) {
  ExpectModelRefused(Changed(Sound(), "layer id=\"1\"", "layer id=\"0\""), "", {"two layers have the id 0"});
}

TEST_F(HostileIr, ExpandsNoEntities) {
  std::string laughs = "<!DOCTYPE net [<!ENTITY lol \"lol\">";
  for (int i = 0; i < 30; ++i) {
    const std::string before = i == 0 ? "&lol;" : "&lol" + std::to_string(i - 1) + ";";
    laughs += "<!ENTITY lol" + std::to_string(i) + " \"" + before + before + before + before + "\">";
  }
  laughs += "<!ENTITY file SYSTEM \"file:///etc/passwd\">]>";
  const std::string declared = Changed(Sound(), "<net ", laughs + "<net ");
  ExpectDone(Run(Write(declared, "")));
  std::filesystem::remove_all(folder_ / "out");
  std::string used = declared;
  used.replace(used.find("type=\"ReLU\""), 11, "type=\"&lol29;&file;\"");
  ExpectModelRefused(used, "", {"&lol29;&file;"});
}

TEST_F(HostileIr, RefusesElementsNestedWithoutEnd) {
  std::string deep;
  for (int i = 0; i < 500'000; ++i) deep += "<a>";
  ExpectModelRefused(deep, "", {"XML is damaged"});
  ExpectModelRefused(Changed(Sound(), "</net>", "<rt_info><stepwell>" + deep + "</net>"), "", {"XML is damaged"});
}

TEST_F(HostileIr, RefusesXmlBeyondTheLimit) {
  ExpectModelRefused(std::string((std::size_t{64} << 20) + 1, ' '), "", {"67108865 bytes", "67108864"});
}

TEST_F(HostileIr, TakesAChainThatWouldOverflowAStack) {
  SmallIr ir;
  int last = ir.Input("2,3");
  for (int i = 0; i < 20'000; ++i) last = ir.Add("ReLU", "", {last});
  ir.Result(last);
  ExpectDone(Run(Write(ir.xml(), ir.bin())));
}

TEST_F(HostileIr, RefusesABinOutsideOfItsFolder) {
  const testing::TempFolder outside;
  SmallIr ir;
  const int sum = ir.Add("Add", "auto_broadcast=\"numpy\"", {ir.Input("2,3"), ir.Float(1)});
  ir.Result(sum);
  outside.Write("secret", ir.bin());
  const std::string file = folder_.Write("hostile.xml", ir.xml()).string();
  std::filesystem::create_symlink(outside / "secret", folder_ / "hostile.bin");
  ExpectRefused(Run(file), {"hostile.bin", "link out of", (outside / "secret").string()});
}

}  // namespace
}  // namespace stepwell::tests
