#include "stepwell/view/compose.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <span>

#include "stepwell/view/test_support.h"

namespace stepwell::view {
namespace {

using Frame = Picture::Frame;

bool Overlap(const Frame& a, const Frame& b) {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

bool Contains(const Frame& outer, const Frame& inner) {
  return inner.x >= outer.x && inner.y >= outer.y && inner.x + inner.width <= outer.x + outer.width &&
         inner.y + inner.height <= outer.y + outer.height;
}

// Random boxes unfolded; a box within a folded one is not shown, whatever it says.
std::vector<bool> RandomlyUnfolded(const Scene& scene, std::mt19937& random) {
  std::vector<bool> unfolded(scene.boxes.size());
  for (std::size_t i = 0; i < unfolded.size(); ++i) unfolded[i] = i == 0 || random() % 2 == 0;
  return unfolded;
}

std::vector<std::size_t> BoxesAround(const Scene& scene, std::size_t box) {
  std::vector<std::size_t> around;
  while (box != 0) around.push_back(box = scene.boxes[box].parent);
  return around;
}

// How many layouts an edge passes: those of the boxes around either end, up to the innermost around both.
std::size_t BordersOf(const Scene& scene, const Edge& edge) {
  const auto from = BoxesAround(scene, edge.from);
  const auto to = BoxesAround(scene, edge.to);
  std::size_t shared = 0;
  for (const std::size_t box : from) shared += std::count(to.begin(), to.end(), box) > 0 ? 1 : 0;
  return from.size() + to.size() - 2 * shared + 1;
}

template <class Check>
void ForRandomPictures(Check&& check) {
  std::mt19937 random(17);
  for (unsigned seed = 0; seed < 12; ++seed) {
    const ir::Graph graph = seed == 0 ? StatefulGraph() : seed == 1 ? LoopGraph() : RandomGraph(seed, 80);
    const Scene scene = MakeScene(graph);
    const std::vector<BoxLayout> layouts = LayOut(scene);
    for (int round = 0; round < 4; ++round) {
      check(scene, layouts, Compose(scene, layouts, RandomlyUnfolded(scene, random)));
    }
  }
}

TEST(Compose, KeepsBoxesApartAndWithinTheirParents) {
  ForRandomPictures([](const Scene& scene, const auto&, const Picture& picture) {
    std::map<std::size_t, Frame> frames;
    for (const Frame& frame : picture.frames) frames[frame.box] = frame;
    for (const auto& [box, frame] : frames) {
      ASSERT_TRUE(Contains(frames.at(scene.boxes[box].parent), frame)) << scene.boxes[box].name;
      for (const auto& [other, second] : frames) {
        if (other <= box || scene.boxes[other].parent != scene.boxes[box].parent || box == 0) continue;
        ASSERT_FALSE(Overlap(frame, second)) << scene.boxes[box].name << " and " << scene.boxes[other].name;
      }
    }
  });
}

TEST(Compose, DrawsLinesDownwardsWhereTheGraphHasNoScopes) {
  ir::GraphBuilder builder;
  std::mt19937 random(4);
  std::vector<ir::ValueId> values = {builder.AddInput("x", kVector)};
  for (int i = 0; i < 60; ++i) {
    const ir::ValueId any = values[random() % values.size()];
    values.push_back(builder.AddOne(std::to_string(i), testing::SmallAdd(), {any, values.back()}));
  }
  builder.AddOutput("y", values.back());
  const ir::Graph graph = std::move(builder).Build();
  const Scene scene = MakeScene(graph);
  const std::vector<BoxLayout> layouts = LayOut(scene);
  const Picture picture = Compose(scene, layouts, FirstUnfolded(scene, 0));
  std::size_t ends = 0;
  for (const auto& line : picture.lines) {
    for (const auto& stroke : line.strokes) {
      ASSERT_LE(stroke.y0, stroke.y1);
      ends += stroke.is_end ? 1 : 0;
    }
  }
  std::set<std::pair<std::size_t, std::size_t>> joined;
  for (const Edge& edge : scene.edges) joined.emplace(edge.from, edge.to);
  EXPECT_EQ(ends, joined.size());
}

// Curves lie between rows, where no boxes are; straight strokes pass beside boxes, and end at their borders.
TEST(Compose, DrawsNoLineThroughAFoldedBox) {
  ForRandomPictures([](const Scene& scene, const auto&, const Picture& picture) {
    for (const auto& line : picture.lines) {
      for (const auto& stroke : line.strokes) {
        for (const Frame& frame : picture.frames) {
          if (frame.is_unfolded || stroke.x0 != stroke.x1) continue;
          const bool is_beside = stroke.x0 <= frame.x || stroke.x0 >= frame.x + frame.width;
          const int top = std::min(stroke.y0, stroke.y1);
          const int bottom = std::max(stroke.y0, stroke.y1);
          ASSERT_TRUE(is_beside || bottom <= frame.y + 1 || top >= frame.y + frame.height - 1)
              << scene.boxes[frame.box].name;
        }
      }
    }
  });
}

TEST(Compose, LeadsEveryEdgeThatShowsToItsBox) {
  ForRandomPictures([](const Scene& scene, const auto& layouts, const Picture& picture) {
    // Of every edge: each layout that a line of passes on the way is that of a box around one of its ends.
    std::vector<std::size_t> lines(scene.edges.size(), 0);
    for (const BoxLayout& layout : layouts) {
      for (const auto& line : layout.lines) {
        for (const std::size_t edge : line.edges) ++lines[edge];
      }
    }
    for (std::size_t edge = 0; edge < scene.edges.size(); ++edge) {
      ASSERT_EQ(lines[edge], BordersOf(scene, scene.edges[edge])) << edge;
    }
    for (const auto& line : picture.lines) {
      for (const auto& stroke : line.strokes) {
        if (!stroke.is_end) continue;
        const bool meets_a_box = std::any_of(picture.frames.begin(), picture.frames.end(), [&](const Frame& frame) {
          return stroke.x1 >= frame.x && stroke.x1 <= frame.x + frame.width && std::abs(stroke.y1 - frame.y) <= 1;
        });
        ASSERT_TRUE(meets_a_box) << line.line->label;
      }
    }
  });
}

TEST(Compose, JoinsStrokesOfALineWithoutGaps) {
  ForRandomPictures([](const Scene&, const auto&, const Picture& picture) {
    for (const auto& line : picture.lines) {
      for (std::size_t i = 1; i < line.strokes.size(); ++i) {
        const auto& stroke = line.strokes[i];
        const auto touches = [](int x, int y, const auto& other) {
          return (other.x0 == x && other.y0 == y) || (other.x1 == x && other.y1 == y);
        };
        const auto before = std::span(line.strokes).first(i);
        const bool follows = std::any_of(before.begin(), before.end(), [&](const auto& other) {
          return touches(stroke.x0, stroke.y0, other) || touches(stroke.x1, stroke.y1, other);
        });
        ASSERT_TRUE(follows) << line.line->label;
      }
    }
  });
}

TEST(Compose, DrawsALoopFromTheStatesOutputUpToItsInput) {
  const ir::Graph graph = StatefulGraph();
  const Scene scene = MakeScene(graph);
  const std::vector<BoxLayout> layouts = LayOut(scene);
  const Picture picture = Compose(scene, layouts, FirstUnfolded(scene, 100));
  ASSERT_EQ(picture.loops.size(), 1U);
  const auto& points = picture.loops[0].points;
  EXPECT_GT(points.front().y, points.back().y);
  for (const Frame& frame : picture.frames) {
    if (frame.box != 0) {
      EXPECT_LT(frame.x + frame.width, points[2].x);
    }
  }
}

TEST(Compose, GivesTheSamePictureAgainWhenABoxIsFoldedAgain) {
  const ir::Graph graph = RandomGraph(9, 80);
  const Scene scene = MakeScene(graph);
  const std::vector<BoxLayout> layouts = LayOut(scene);
  std::vector<bool> unfolded = FirstUnfolded(scene, 0);
  const Picture folded = Compose(scene, layouts, unfolded);
  const Picture open = Compose(scene, layouts, FirstUnfolded(scene, 1000));
  EXPECT_GT(open.height, folded.height);
  // Folded boxes keep the order they had: left of, above.
  for (const Frame& a : folded.frames) {
    for (const Frame& b : folded.frames) {
      const auto in_open = [&](const Frame& frame) {
        return *std::find_if(open.frames.begin(), open.frames.end(),
                             [&](const Frame& f) { return f.box == frame.box; });
      };
      if (a.box == 0 || b.box == 0 || a.x + a.width > b.x) continue;
      EXPECT_LE(in_open(a).x, in_open(b).x);
    }
  }
}

}  // namespace
}  // namespace stepwell::view
