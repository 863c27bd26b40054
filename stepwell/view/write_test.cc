#include "stepwell/view/write.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <pugixml.hpp>

#include "stepwell/view/test_support.h"

namespace stepwell::view {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const std::string kHostile = "</script></title><img src=x onerror=alert(1)>\"'&]]>--><!--<script>\\";

// Every text that a file chooses is hostile.
ir::Graph HostileGraph() {
  ir::GraphBuilder builder;
  builder.SetName(kHostile);
  const ir::ValueId x = builder.AddInput(kHostile, kVector, {kHostile});
  testing::EveryField op;
  op.text = kHostile;
  op.texts = {kHostile, kHostile};
  builder.AddOne(kHostile + "/field", std::move(op), {});
  const ir::ValueId y = builder.AddOne(kHostile + "/" + kHostile, testing::SmallRelu(), {x});
  builder.AddOutput("out" + kHostile, y);
  builder.AddState({kHostile, kHostile, "out" + kHostile, std::nullopt, kHostile});
  return std::move(builder).Build();
}

std::string ModelIn(const std::string& page) {
  const std::string begin = "<script type=\"application/json\" id=\"model\">";
  const std::size_t from = page.find(begin) + begin.size();
  return page.substr(from, page.find("</script>", from) - from);
}

TEST(HtmlOf, HoldsTheModelAndNothingFromElsewhere) {
  const ir::Graph graph = StatefulGraph();
  const std::string page = HtmlOf(graph, {});
  const auto model = nlohmann::json::parse(ModelIn(page));
  EXPECT_EQ(model["title"], "stateful");
  EXPECT_EQ(model["loops"][0]["evidence"], "Assign 'memory' takes 'cell/next'");
  EXPECT_THAT(page, HasSubstr("default-src 'none'"));
  EXPECT_THAT(page, Not(HasSubstr("src=\"")));
  EXPECT_THAT(page, Not(HasSubstr("@import")));
}

TEST(HtmlOf, LetsNoNameEndItsElement) {
  const ir::Graph graph = HostileGraph();
  const std::string page = HtmlOf(graph, {});
  EXPECT_THAT(ModelIn(page), Not(HasSubstr("<")));
  EXPECT_THAT(page, Not(HasSubstr("<img")));
  EXPECT_EQ(nlohmann::json::parse(ModelIn(page))["title"], kHostile);
}

TEST(SvgOf, IsXmlWhateverTheNames) {
  const ir::Graph graph = HostileGraph();
  const std::string svg = SvgOf(graph, {});
  pugi::xml_document document;
  ASSERT_TRUE(document.load_string(svg.c_str()));
  EXPECT_EQ(document.child("svg").child("title").text().get(), kHostile);
  EXPECT_TRUE(document.select_nodes("//script|//img").empty());
}

TEST(SvgOf, DrawsEveryBoxThatShows) {
  const ir::Graph graph = StatefulGraph();
  pugi::xml_document document;
  ASSERT_TRUE(document.load_string(SvgOf(graph, {}).c_str()));
  EXPECT_EQ(document.select_nodes("//g/rect").size(), MakeScene(graph).boxes.size() - 1);
  EXPECT_EQ(document.select_nodes("//path[@class='loop']").size(), 1U);
}

TEST(DotOf, EscapesNames) {
  const ir::Graph graph = HostileGraph();
  const std::string dot = DotOf(graph);
  EXPECT_THAT(dot, Not(HasSubstr("x onerror=alert(1)>\"")));
  EXPECT_THAT(dot, HasSubstr("x onerror=alert(1)>\\\"'&"));
}

TEST(DotOf, DrawsNodesClustersEdgesAndLoops) {
  const ir::Graph graph = StatefulGraph();
  const std::string dot = DotOf(graph);
  EXPECT_THAT(dot, HasSubstr("label=\"cell\""));
  EXPECT_THAT(dot, HasSubstr("label=\"memory\", style=dashed, constraint=false"));
  EXPECT_THAT(dot, HasSubstr("label=\"f32[?,4]\""));
}

TEST(Pictures, AreTheSameEveryTime) {
  const ir::Graph first = RandomGraph(6, 150);
  const ir::Graph second = RandomGraph(6, 150);
  EXPECT_EQ(HtmlOf(first, {}), HtmlOf(second, {}));
  EXPECT_EQ(SvgOf(first, {}), SvgOf(second, {}));
  EXPECT_EQ(DotOf(first), DotOf(second));
}

TEST(Pictures, AreMadeOfGraphsWithoutNodes) {
  ir::GraphBuilder builder;
  builder.AddOutput("y", builder.AddInput("x", kVector));
  const ir::Graph graph = std::move(builder).Build();
  EXPECT_THAT(SvgOf(graph, {}), HasSubstr(">x</text>"));
  EXPECT_EQ(nlohmann::json::parse(ModelIn(HtmlOf(graph, {})))["edges"].size(), 1U);
}

TEST(Profile, ColoursNodesByTheirOwnTimeOrTheirOps) {
  const ir::Graph graph = StatefulGraph();
  const auto milliseconds = [&](const std::string& profile, const std::string& name) {
    const Profile parsed = Profile::Parse(profile);
    const auto model = nlohmann::json::parse(ModelIn(HtmlOf(graph, {80, &parsed})));
    for (const auto& box : model["boxes"]) {
      if (box["name"] == name) return box["ms"].get<double>();
    }
    return -1.0;
  };
  const std::string ops = R"("ops": [{"op": "Add", "nodes": 2, "mean_ms": 3, "share": 1}])";
  EXPECT_EQ(milliseconds("{" + ops + "}", "cell/sum"), 1.5);
  EXPECT_EQ(milliseconds("{" + ops + "}", "head/logits"), 0);
  const std::string nodes = R"("nodes": [{"node": "cell/sum", "op": "Add", "mean_ms": 2.5}])";
  EXPECT_EQ(milliseconds("{" + ops + "," + nodes + "}", "cell/sum"), 2.5);
  EXPECT_EQ(milliseconds("{" + ops + "," + nodes + "}", "cell/next"), 0);
}

TEST(Profile, RefusesOtherFiles) {
  for (const std::string text : {"", "[]", "{}", R"({"ops": [1]})", R"({"ops": [{"op": 1, "nodes": 1, "mean_ms": 1}]})",
                                 R"({"ops": [{"op": "Add", "nodes": 1, "mean_ms": "1"}]})"}) {
    EXPECT_THROW(Profile::Parse(text), Error) << text;
  }
}

}  // namespace
}  // namespace stepwell::view
