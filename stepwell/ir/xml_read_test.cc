#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "stepwell/ir/ir_file.h"
#include "tests/support/message_of.h"
#include "tests/support/small_ops.h"
#include "tests/support/temp_folder.h"

namespace stepwell::ir {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::MakeSmallOp;
using testing::TempFolder;

constexpr std::string_view kPort = "<port id=\"0\" precision=\"FP32\"><dim>1</dim><dim>3</dim></port>";

// A model of the layers and edges, with 64 bytes of constants. Every "PORT" of the text is port 0 of f32[1,3].
class XmlRead : public ::testing::Test {
 protected:
  Graph Read(std::string layers, std::string_view edges = {}, std::string_view rest = {}) {
    for (std::size_t at = 0; (at = layers.find("PORT", at)) != std::string::npos;) layers.replace(at, 4, kPort);
    std::string text = "<?xml version=\"1.0\"?><net name=\"m\" version=\"11\"><layers>";
    text.append(layers).append("</layers><edges>").append(edges).append("</edges>").append(rest).append("</net>");
    return ReadText(text);
  }
  Graph ReadText(std::string_view text) {
    folder_.Write("m.bin", std::string(64, '\0'));
    return ReadIr(folder_.Write("m.xml", text), MakeSmallOp);
  }
  template <class... Args>
  std::string ErrorOf(Args&&... args) {
    return MessageOf([&] { Read(std::forward<Args>(args)...); });
  }

  TempFolder folder_;
};

constexpr const char* kParameter =
    "<layer id=\"0\" name=\"x\" type=\"Parameter\" version=\"opset1\"><data shape=\"1, 3\" element_type=\"f32\"/>"
    "<output>PORT</output></layer>";
constexpr const char* kRelu =
    "<layer id=\"1\" name=\"relu\" type=\"ReLU\" version=\"opset1\"><input>PORT</input><output><port id=\"1\" "
    "precision=\"FP32\" names=\"y:0,y\"><dim>1</dim><dim>3</dim></port></output></layer>";
constexpr const char* kResult =
    "<layer id=\"2\" name=\"Result_7\" type=\"Result\" version=\"opset1\"><input>PORT</input></layer>";
constexpr const char* kEdges =
    "<edge from-layer=\"0\" from-port=\"0\" to-layer=\"1\" to-port=\"0\"/>"
    "<edge from-layer=\"1\" from-port=\"1\" to-layer=\"2\" to-port=\"0\"/>";

std::string Model() { return std::string(kParameter) + kRelu + kResult; }

// A constant as layer 0, of the attributes given.
std::string ConstantWith(std::string_view data) {
  return "<layer id=\"0\" name=\"c\" type=\"Const\" version=\"opset1\"><data " + std::string(data) +
         "/><output>PORT</output></layer>";
}

TEST_F(XmlRead, NamesAnOutputAfterItsTensorWhereOpenVinoNumberedIt) {
  const Graph graph = Read(Model(), kEdges);
  EXPECT_EQ(graph.outputs()[0].name, "y:0");
  EXPECT_TRUE(graph.FindOutput("y"));
  EXPECT_TRUE(graph.states().empty());
}

TEST_F(XmlRead, ReadsLayersInAnyOrder) {
  const Graph graph = Read(std::string(kResult) + kRelu + kParameter, kEdges);
  EXPECT_EQ(graph.nodes().size(), 1U);
  EXPECT_EQ(graph.outputs().size(), 1U);
}

TEST_F(XmlRead, TakesVariablesOfFilesThatOthersWroteAsStates) {
  const std::string read =
      "<layer id=\"4\" name=\"read\" type=\"ReadValue\" version=\"opset6\"><data variable_id=\"v\" "
      "variable_type=\"f32\" variable_shape=\"?,3\"/><input>PORT</input><output><port id=\"1\" "
      "precision=\"FP32\"><dim>-1</dim><dim>3</dim></port></output></layer>";
  const std::string assign =
      "<layer id=\"6\" name=\"assign\" type=\"Assign\" version=\"opset6\"><data variable_id=\"v\"/>"
      "<input>PORT</input></layer>";
  const std::string constant =
      "<layer id=\"5\" name=\"c\" type=\"Const\" version=\"opset1\"><data element_type=\"f32\" shape=\"1, 3\" "
      "offset=\"0\" size=\"12\"/><output>PORT</output></layer>";
  const Graph graph = Read(read + constant + assign,
                           "<edge from-layer=\"5\" from-port=\"0\" to-layer=\"4\" to-port=\"0\"/>"
                           "<edge from-layer=\"4\" from-port=\"1\" to-layer=\"6\" to-port=\"0\"/>");
  ASSERT_EQ(graph.states().size(), 1U);
  EXPECT_EQ(graph.states()[0].name, "v");
  EXPECT_EQ(graph.states()[0].input, "read");
  EXPECT_EQ(graph.states()[0].output, "assign");
  EXPECT_FALSE(graph.states()[0].initial) << "the constant is zero";
  EXPECT_EQ(graph.inputs()[0].default_shape, (Shape{1, 3}));
  EXPECT_EQ(graph.state_form(), StateForm::kReadValue);
  EXPECT_TRUE(graph.nodes().empty());
}

TEST_F(XmlRead, ListsAllUnknownTypesWithTheirCounts) {
  const std::string strange =
      "<layer id=\"9\" name=\"s\" type=\"Strange\"/><layer id=\"8\" name=\"o\" type=\"Odd\"/>"
      "<layer id=\"7\" name=\"s2\" type=\"Strange\"/>";
  EXPECT_THAT(ErrorOf(Model() + strange, kEdges),
              AllOf(HasSubstr("not supported: Odd (1), Strange (2)"), HasSubstr("m.xml'")));
}

TEST_F(XmlRead, NamesTheEdgeToAPortThatDoesNotExist) {
  EXPECT_THAT(ErrorOf(Model(), "<edge from-layer=\"0\" from-port=\"7\" to-layer=\"1\" to-port=\"0\"/>"),
              HasSubstr("from layer 0 port 7 to layer 1 port 0 names a port that does not exist"));
}

TEST_F(XmlRead, NamesTheEdgeToALayerThatDoesNotExist) {
  EXPECT_THAT(ErrorOf(Model(), "<edge from-layer=\"5\" from-port=\"0\" to-layer=\"1\" to-port=\"0\"/>"),
              HasSubstr("from layer 5 port 0 to layer 1 port 0 names a layer that does not exist"));
}

TEST_F(XmlRead, RefusesAnInputWithoutAnEdge) {
  EXPECT_THAT(ErrorOf(Model(), "<edge from-layer=\"0\" from-port=\"0\" to-layer=\"1\" to-port=\"0\"/>"),
              HasSubstr("no edge ends at port 0 of layer 2 'Result_7' (Result)"));
}

TEST_F(XmlRead, RefusesTwoEdgesToOneInput) {
  EXPECT_THAT(ErrorOf(Model(), std::string(kEdges) + kEdges), HasSubstr("is the second one to its end"));
}

TEST_F(XmlRead, RefusesACycle) {
  EXPECT_THAT(ErrorOf(kRelu, "<edge from-layer=\"1\" from-port=\"1\" to-layer=\"1\" to-port=\"0\"/>"),
              HasSubstr("layer 1 'relu' (ReLU) depends on itself"));
}

TEST_F(XmlRead, RefusesTwoLayersWithOneId) {
  EXPECT_THAT(ErrorOf(std::string(kParameter) + kParameter), HasSubstr("two layers have the id 0"));
}

TEST_F(XmlRead, RefusesAPortThatContradictsTheLayer) {
  std::string model = Model();
  model.replace(model.find("names=\"y:0,y\"><dim>1"), 20, "names=\"y:0,y\"><dim>4");
  EXPECT_THAT(ErrorOf(model, kEdges), AllOf(HasSubstr("output port 1 says f32[4,3], but the layer computes f32[1,3]"),
                                            HasSubstr("while reading layer 1 'relu' (ReLU)")));
}

TEST_F(XmlRead, RefusesAttributesThatTheOpDoesNotKnow) {
  std::string model = Model();
  model.insert(model.find("<input>PORT</input><output>"), "<data slope=\"2\" unused=\"\"/>");
  EXPECT_THAT(ErrorOf(model, kEdges), HasSubstr("attribute slope=\"2\" is not known of ReLU"));
}

TEST_F(XmlRead, RefusesAConstantOutsideOfTheBin) {
  EXPECT_THAT(ErrorOf(ConstantWith("element_type=\"f32\" shape=\"1, 3\" offset=\"60\" size=\"12\"")),
              AllOf(HasSubstr("bytes 60..+12 lie outside the 64 bytes there are"), HasSubstr("m.bin'"),
                    HasSubstr("layer 0 'c' (Const)")));
  EXPECT_THAT(ErrorOf(ConstantWith("element_type=\"f32\" shape=\"1, 3\" offset=\"9223372036854775800\" size=\"12\"")),
              HasSubstr("lie outside the 64 bytes there are"));
  EXPECT_THAT(ErrorOf(ConstantWith("element_type=\"f32\" shape=\"1, 3\" offset=\"-4\" size=\"12\"")),
              HasSubstr("offset -4 or size 12 is negative"));
}

TEST_F(XmlRead, RefusesAConstantOfAnotherSize) {
  EXPECT_THAT(ErrorOf(ConstantWith("element_type=\"f32\" shape=\"1, 3\" offset=\"0\" size=\"8\"")),
              HasSubstr("needs 12 bytes and has 8"));
  EXPECT_THAT(ErrorOf(ConstantWith("element_type=\"f32\" shape=\"4294967296, 4294967296\" offset=\"0\" size=\"8\"")),
              HasSubstr("overflows"));
  EXPECT_THAT(ErrorOf(ConstantWith("element_type=\"f32\" shape=\"1, -3\" offset=\"0\" size=\"12\"")),
              HasSubstr("a dimension (0 or more, ? or a range) was expected and '-3' found"));
}

TEST_F(XmlRead, RefusesOtherVersionsAndOtherXml) {
  EXPECT_THROW(ReadText("<net name=\"m\" version=\"12\"><layers/></net>"), Error);
  EXPECT_THROW(ReadText("<html></html>"), Error);
  EXPECT_THROW(ReadText("<net name=\"m\" version=\"11\"><layers>"), Error);
  EXPECT_THROW(ReadText(""), Error);
}

TEST_F(XmlRead, DoesNotExpandEntities) {
  const Graph graph = ReadText(
      "<!DOCTYPE net [<!ENTITY a \"aaaaaaaa\"><!ENTITY b \"&a;&a;&a;\">]><net name=\"&b;\" version=\"11\"></net>");
  EXPECT_EQ(graph.name(), "&b;");
}

TEST_F(XmlRead, RefusesBodiesNestedTooDeep) {
  std::string layers = Model();
  for (int depth = 0; depth < 10000; ++depth) {
    layers.insert(0, "<layer id=\"0\" name=\"t\" type=\"TensorIterator\"><body><layers>");
    layers += "</layers></body></layer>";
  }
  EXPECT_THAT(ErrorOf(layers), HasSubstr("bodies are nested more than 8 deep"));
}

TEST_F(XmlRead, ReportsAMissingBin) {
  folder_.Write("n.xml", "<net name=\"n\" version=\"11\"><layers>" +
                             ConstantWith("element_type=\"f32\" shape=\"1\" offset=\"0\" size=\"4\"") +
                             "</layers></net>");
  try {
    ReadIr(folder_ / "n.xml", MakeSmallOp);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kIo);
    EXPECT_THAT(error.what(), HasSubstr("n.bin"));
  }
}

TEST_F(XmlRead, RefusesFactsThatContradictTheLayers) {
  const auto facts = [](std::string_view entries) {
    return "<rt_info><stepwell><version value=\"1\"/><state_form value=\"explicit\"/>" + std::string(entries) +
           "</stepwell></rt_info>";
  };
  EXPECT_THAT(ErrorOf(Model(), kEdges, facts("<output0><name value=\"nothing\"/></output0>")),
              HasSubstr("<stepwell> names the output 'nothing', but no layer is it"));
  EXPECT_THAT(ErrorOf(Model(), kEdges, facts("<input0><name value=\"x\"/><default_shape value=\"2,3\"/></input0>")),
              HasSubstr("the default shape [2,3] does not fit f32[1,3]"));
  EXPECT_THAT(
      ErrorOf(Model(), kEdges, facts("<state0><name value=\"s\"/><input value=\"x\"/><output value=\"z\"/></state0>")),
      HasSubstr("no such output"));
  EXPECT_THAT(ErrorOf(Model(), kEdges,
                      facts("<state0><name value=\"s\"/><input value=\"x\"/><output value=\"y:0\"/><initial_type "
                            "value=\"f32\"/><initial_shape value=\"1,3\"/><initial_bytes value=\"00g0\"/></state0>")),
              AllOf(HasSubstr("a hexadecimal digit was expected and 'g' found"), HasSubstr("reading <state0>")));
  EXPECT_THAT(ErrorOf(Model(), kEdges, "<rt_info><stepwell><version value=\"2\"/></stepwell></rt_info>"),
              HasSubstr("a newer program wrote the file"));
}

TEST_F(XmlRead, ReadsOverFactsOfOthers) {
  const Graph graph = Read(Model(), kEdges, "<rt_info><MO_version value=\"1\"/><a><b value=\"1\"/></a></rt_info>");
  EXPECT_TRUE(graph.metadata().empty());
}

TEST_F(XmlRead, TakesTheTensorNamesThatNewResultsSay) {
  std::string model = Model();
  model.insert(model.find("version=\"opset1\"><input>PORT</input></layer>"), "output_names=\"p,q\" ");
  const Graph graph = Read(model, kEdges);
  EXPECT_THAT(graph.value(graph.outputs()[0].value).names, ElementsAre("y:0", "y", "p", "q"));
}

}  // namespace
}  // namespace stepwell::ir
