#include "stepwell/view/layered_graph.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace stepwell::view {
namespace {

LayeredGraph RandomGraph(std::mt19937& random) {
  LayeredGraph graph;
  for (int layer = 0; layer < 6; ++layer) {
    graph.rows.emplace_back();
    for (std::size_t i = 0; i < 3 + random() % 8; ++i) {
      graph.rows.back().push_back(graph.vertices.size());
      graph.vertices.push_back({layer, 20 + static_cast<int>(random() % 90), random() % 3 == 0, {}, {}});
    }
  }
  for (std::size_t row = 0; row + 1 < graph.rows.size(); ++row) {
    for (const std::size_t upper : graph.rows[row]) {
      const auto& below = graph.rows[row + 1];
      graph.Connect(upper, below[random() % below.size()]);
      graph.Connect(upper, below[random() % below.size()]);
    }
  }
  return graph;
}

// Every pair of lines between two rows, compared.
std::size_t CountCrossings(const LayeredGraph& graph) {
  std::size_t crossings = 0;
  for (std::size_t row = 0; row + 1 < graph.rows.size(); ++row) {
    const auto& upper = graph.rows[row];
    const auto& lower = graph.rows[row + 1];
    const auto place = [&](std::size_t vertex) { return std::find(lower.begin(), lower.end(), vertex); };
    for (std::size_t a = 0; a < upper.size(); ++a) {
      for (std::size_t b = a + 1; b < upper.size(); ++b) {
        for (const std::size_t x : graph.vertices[upper[a]].below) {
          for (const std::size_t y : graph.vertices[upper[b]].below) crossings += place(x) > place(y) ? 1 : 0;
        }
      }
    }
  }
  return crossings;
}

TEST(Crossings, CountsEveryPairOfLinesThatCross) {
  std::mt19937 random(3);
  for (int round = 0; round < 30; ++round) {
    const LayeredGraph graph = RandomGraph(random);
    ASSERT_EQ(Crossings(graph), CountCrossings(graph));
  }
}

TEST(OrderRows, NeverAddsCrossingsAndKeepsEachRowsVertices) {
  std::mt19937 random(5);
  for (int round = 0; round < 30; ++round) {
    LayeredGraph graph = RandomGraph(random);
    const LayeredGraph before = graph;
    OrderRows(graph);
    ASSERT_LE(Crossings(graph), Crossings(before));
    for (std::size_t row = 0; row < graph.rows.size(); ++row) {
      ASSERT_TRUE(std::is_permutation(graph.rows[row].begin(), graph.rows[row].end(), before.rows[row].begin(),
                                      before.rows[row].end()));
    }
  }
}

TEST(OrderRows, UntanglesTwoLines) {
  LayeredGraph graph;
  graph.vertices.resize(4, {0, 10, false, {}, {}});
  graph.rows = {{0, 1}, {2, 3}};
  graph.Connect(0, 3);
  graph.Connect(1, 2);
  OrderRows(graph);
  EXPECT_EQ(Crossings(graph), 0U);
}

TEST(CentresOf, KeepsOrderAndRoomInEveryRow) {
  std::mt19937 random(11);
  for (int round = 0; round < 30; ++round) {
    const LayeredGraph graph = RandomGraph(random);
    const std::vector<int> centres = CentresOf(graph);
    for (const auto& row : graph.rows) {
      for (std::size_t i = 0; i + 1 < row.size(); ++i) {
        const int room = (graph.vertices[row[i]].width + graph.vertices[row[i + 1]].width) / 2;
        ASSERT_GE(centres[row[i + 1]] - centres[row[i]], room - 1);  // both are rounded
      }
    }
  }
}

TEST(CentresOf, LeavesNoGapBetweenPartsThatNothingJoins) {
  LayeredGraph graph;  // a chain of wide vertices, and beside its end one that has no lines
  graph.vertices.resize(7, {0, 100, false, {}, {}});
  graph.rows = {{0, 1, 2}, {3}, {4, 5, 6}};
  for (const std::size_t upper : {0U, 1U, 2U}) graph.Connect(upper, 3);
  graph.Connect(3, 4);
  graph.Connect(3, 5);
  const std::vector<int> centres = CentresOf(graph);
  EXPECT_EQ(centres[6] - centres[5], 100);
}

TEST(CentresOf, DrawsAChainStraight) {
  LayeredGraph graph;
  for (std::size_t i = 0; i < 6; ++i) {
    graph.vertices.push_back({static_cast<int>(i), 30 + 10 * static_cast<int>(i % 3), false, {}, {}});
    graph.rows.push_back({i});
    if (i > 0) graph.Connect(i - 1, i);
  }
  const std::vector<int> centres = CentresOf(graph);
  for (const int centre : centres) EXPECT_EQ(centre, centres[0]);
}

}  // namespace
}  // namespace stepwell::view
