#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "stepwell/view/scene.h"

namespace stepwell::view {

// A box's children in rows from top to bottom, all folded, and the lines between them. Lengths in pixels from the box's
// upper left corner. Rows and centres stay in order when children unfold, see Compose(): nothing here depends on what
// is unfolded, so it is computed once.
struct BoxLayout {
  // A place in a row.
  struct Slot {
    enum class Kind : std::uint8_t {
      kChild,  // `index`: the box
      kEntry,  // where a line from outside comes in, at the top. `index`: the line, in the parent's layout
      kExit,   // where a line goes out, at the bottom. `index` as for kEntry
      kBend,   // a longer line passes a row here, straight down (or up)
    };
    Kind kind = Kind::kChild;
    std::size_t index = 0;
    std::size_t row = 0;
    int centre = 0;
  };
  struct Segment {
    std::size_t from = 0;  // slots in the same row or in neighbouring ones; a few in big graphs lie farther apart
    std::size_t to = 0;
  };
  // Tensors that one child, or one entry, gives to the same others: drawn as one line, which may fork.
  struct Line {
    std::size_t from = 0;  // a slot
    std::vector<Segment> segments;
    std::vector<std::size_t> edges;  // of the scene
    std::string label;               // the shape, or how many tensors
    bool is_state = false;
  };
  struct Row {
    int top = 0;
    int height = 0;
  };

  int width = 0;
  int height = 0;
  int loops_width = 0;  // of the margin on the right, within the width, in which the loops go up
  std::vector<Row> rows;
  std::vector<Slot> slots;
  std::vector<Line> lines;
  std::vector<std::size_t> loops;  // of the scene, those between children of this box; outermost last
};

// Layouts of all boxes; those of boxes that hold none are empty.
std::vector<BoxLayout> LayOut(const Scene& scene);

inline constexpr int kTitleHeight = 26;  // of an unfolded box, above its first row
inline constexpr int kBoxMargin = 14;    // between its border and what is in it
inline constexpr int kLoopSpacing = 14;  // between two loops

}  // namespace stepwell::view
