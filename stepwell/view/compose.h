#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "stepwell/view/layout.h"

namespace stepwell::view {

// A scene as it looks with some boxes unfolded. Lengths in pixels from the upper left corner.
struct Picture {
  struct Frame {  // a box that shows
    std::size_t box = 0;
    int x = 0;
    int y = 0;
    int width = 0;
    int height = 0;
    bool is_unfolded = false;
  };
  // From (x0, y0) to (x1, y1), a cubic curve whose control points are (x0, pull0) and (x1, pull1).
  struct Stroke {
    int x0 = 0;
    int y0 = 0;
    int pull0 = 0;
    int x1 = 0;
    int y1 = 0;
    int pull1 = 0;
    bool is_end = false;  // it ends at a box: draw an arrowhead
  };
  struct DrawnLine {
    const BoxLayout::Line* line = nullptr;
    std::vector<Stroke> strokes;
    bool is_labelled = false;  // not where a line only goes on from inside an unfolded box or from outside
    int label_x = 0;           // the label's middle
    int label_y = 0;
  };
  struct Point {
    int x = 0;
    int y = 0;
  };
  struct DrawnLoop {
    std::size_t loop = 0;       // of the scene
    std::vector<Point> points;  // corners
  };

  int width = 0;
  int height = 0;
  std::vector<Frame> frames;  // parents before their children
  std::vector<DrawnLine> lines;
  std::vector<DrawnLoop> loops;
};

// Puts the layouts of unfolded boxes into their parents'. Each layout is stretched so that what has unfolded finds
// room: what lies to the right of it moves right, what lies below moves down, and nothing changes its order. So lines
// stay between rows, boxes never overlap, and folding gives back the picture there was. page/compose.js does the same.
// The layouts must outlive the picture.
Picture Compose(const Scene& scene, const std::vector<BoxLayout>& layouts, const std::vector<bool>& unfolded);

}  // namespace stepwell::view
