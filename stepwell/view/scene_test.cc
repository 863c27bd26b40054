#include "stepwell/view/scene.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "stepwell/view/test_support.h"

namespace stepwell::view {
namespace {

using ::testing::ElementsAre;

const Box& BoxNamed(const Scene& scene, const std::string& name) {
  return *std::find_if(scene.boxes.begin() + 1, scene.boxes.end(), [&](const Box& box) { return box.name == name; });
}

std::vector<std::pair<std::string, std::string>> EdgesOf(const Scene& scene) {
  std::vector<std::pair<std::string, std::string>> edges;
  for (const Edge& edge : scene.edges) edges.emplace_back(scene.boxes[edge.from].name, scene.boxes[edge.to].name);
  return edges;
}

TEST(MakeScene, PutsNodesIntoTheScopesOfTheirNames) {
  const ir::Graph graph = StatefulGraph();
  const Scene scene = MakeScene(graph);
  const Box& cell = BoxNamed(scene, "cell");
  EXPECT_EQ(cell.kind, Box::Kind::kScope);
  EXPECT_EQ(scene.boxes[BoxNamed(scene, "cell/sum").parent].name, "cell");
  EXPECT_EQ(scene.boxes[BoxNamed(scene, "cell/inner/used").parent].name, "cell/inner");
  EXPECT_EQ(cell.num_nodes, 5U);
}

TEST(MakeScene, ShowsSmallConstantsInTheirConsumersAndBigOnesAsBoxes) {
  const ir::Graph graph = StatefulGraph();
  const Scene scene = MakeScene(graph);
  EXPECT_THAT(BoxNamed(scene, "cell/next").notes, ElementsAre("0.5"));
  EXPECT_EQ(BoxNamed(scene, "cell/kernel/read").kind, Box::Kind::kWeight);
  for (const Box& box : scene.boxes) EXPECT_NE(box.name, "cell/half");
}

TEST(MakeScene, PutsWeightsWithoutAScopeWhereTheyAreUsed) {
  ir::GraphBuilder builder;
  const ir::ValueId x = builder.AddInput("x", {DType::kF32, {64}});
  const ir::ValueId stored = builder.AddConstant("Constant_7_compressed", Weights(64));
  const ir::ValueId used = builder.AddOne("Constant_7", testing::SmallRelu(), {stored});
  const ir::ValueId first = builder.AddOne("a/b/first", testing::SmallAdd(), {x, used});
  builder.AddOutput("y", builder.AddOne("a/c/second", testing::SmallAdd(), {first, used}));
  const ir::Graph graph = std::move(builder).Build();
  const Scene scene = MakeScene(graph);
  EXPECT_EQ(scene.boxes[BoxNamed(scene, "Constant_7").parent].name, "a");
  EXPECT_EQ(scene.boxes[BoxNamed(scene, "Constant_7_compressed").parent].name, "a");
}

TEST(MakeScene, PutsNodesWithoutAScopeBetweenTheirNeighboursIfThoseShareOne) {
  ir::GraphBuilder builder;
  const ir::ValueId x = builder.AddInput("x", kVector);
  const ir::ValueId first = builder.AddOne("a/b/first", testing::SmallRelu(), {x});
  const ir::ValueId mvn = builder.AddOne("MVN_12", testing::SmallRelu(), {first});
  const ir::ValueId scaled = builder.AddOne("Multiply_13", testing::SmallRelu(), {mvn});
  const ir::ValueId second = builder.AddOne("a/b/second", testing::SmallRelu(), {scaled});
  const ir::ValueId between = builder.AddOne("Relu", testing::SmallRelu(), {second});
  builder.AddOutput("y", builder.AddOne("c/d/third", testing::SmallRelu(), {between}));
  const ir::Graph graph = std::move(builder).Build();
  const Scene scene = MakeScene(graph);
  EXPECT_EQ(scene.boxes[BoxNamed(scene, "MVN_12").parent].name, "a/b");
  EXPECT_EQ(scene.boxes[BoxNamed(scene, "Multiply_13").parent].name, "a/b");
  EXPECT_EQ(BoxNamed(scene, "Relu").parent, 0U);
}

TEST(MakeScene, MarksStatesTheirEdgesAndTheirLoop) {
  const ir::Graph graph = StatefulGraph();
  const Scene scene = MakeScene(graph);
  ASSERT_EQ(scene.loops.size(), 1U);
  EXPECT_EQ(scene.boxes[scene.loops[0].output].title, "next");
  EXPECT_EQ(scene.boxes[scene.loops[0].input].title, "previous");
  EXPECT_EQ(scene.loops[0].name, "memory");
  std::vector<std::string> cut;
  for (const Edge& edge : scene.edges) {
    if (edge.is_state) cut.push_back(scene.boxes[edge.from].name + " " + scene.boxes[edge.to].name);
  }
  EXPECT_THAT(cut, ElementsAre("previous cell/sum", "cell/next next"));
}

TEST(MakeScene, DrawsABodyInsideItsNode) {
  const ir::Graph graph = LoopGraph();
  const Scene scene = MakeScene(graph);
  const Box& loop = BoxNamed(scene, "rnn/loop");
  EXPECT_EQ(loop.kind, Box::Kind::kBody);
  EXPECT_EQ(loop.children.size(), 4U);  // two inputs, the sum, the output
  EXPECT_THAT(EdgesOf(scene),
              ::testing::UnorderedElementsAre(std::pair("frames", "frame"), std::pair("start", "before"),
                                              std::pair("frame", "step/sum"), std::pair("before", "step/sum"),
                                              std::pair("step/sum", "after"), std::pair("after", "rnn/head"),
                                              std::pair("rnn/head", "last")));
  ASSERT_EQ(scene.loops.size(), 1U);
  EXPECT_EQ(scene.boxes[scene.loops[0].input].name, "before");
}

TEST(MakeScene, LeavesNoControlCharactersInTexts) {
  ir::GraphBuilder builder;
  const ir::ValueId x = builder.AddInput("x\n\x01", kVector);
  builder.AddOutput("y\xFF", builder.AddOne("s\x1B/a\r", testing::SmallRelu(), {x}));
  const ir::Graph graph = std::move(builder).Build();
  for (const Box& box : MakeScene(graph).boxes) {
    for (const std::string& text : {box.name, box.title, box.subtitle}) {
      for (const char byte : text) EXPECT_FALSE(byte >= 0 && byte < ' ') << box.name;
    }
  }
}

TEST(FirstUnfolded, UnfoldsFromTheOutermostWhileThereIsRoom) {
  const ir::Graph graph = RandomGraph(1, 200);
  const Scene scene = MakeScene(graph);
  for (const std::size_t most : {0U, 60U, 150U, 1000U}) {
    const std::vector<bool> unfolded = FirstUnfolded(scene, most);
    std::size_t shown = 1;
    for (std::size_t box = 0; box < scene.boxes.size(); ++box) {
      if (!unfolded[box]) continue;
      shown += scene.boxes[box].children.size();
      EXPECT_TRUE(unfolded[scene.boxes[box].parent]);
    }
    EXPECT_LE(shown, std::max<std::size_t>(most, 1 + scene.boxes[0].children.size()));
    if (most == 1000) {
      EXPECT_EQ(shown, scene.boxes.size());
    }
  }
}

}  // namespace
}  // namespace stepwell::view
