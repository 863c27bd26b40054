// IR that contradicts itself or asks for what no machine has: `stepwell run` names the layer and what is wrong with it,
// under a cap on memory.
#include <functional>

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
      {"AttributeBeyondEveryNumber",
       [](SmallIr& ir, int x) {
         return ir.Add("Concat", "axis=\"99999999999999999999\"", {x, x});
       },
       {"Concat_1", "99999999999999999999"}},
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
