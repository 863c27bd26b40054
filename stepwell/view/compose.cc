#include "stepwell/view/compose.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "stepwell/view/stretch.h"

namespace stepwell::view {
namespace {

using Slot = BoxLayout::Slot;
using Stroke = Picture::Stroke;

constexpr int kUTurnPull = 22;
constexpr int kMostPortSpacing = 12;
constexpr int kLoopLift = 10;  // how far a loop runs from the row it leaves

// A layout after stretching, from the box's own corner.
struct Size {
  int width = 0;
  int height = 0;
};
struct Stretch {
  Size size;
  std::vector<int> centres;  // of slots
  std::vector<BoxLayout::Row> rows;
};

class Composer {
 public:
  Composer(const Scene& scene, const std::vector<BoxLayout>& layouts, const std::vector<bool>& unfolded)
      : scene_(scene), layouts_(layouts), unfolded_(unfolded), sizes_(scene.boxes.size()) {}

  Picture Make() {
    // Children come after their parents: sizes are found from the back, places from the front.
    for (std::size_t box = scene_.boxes.size(); box-- > 0;) Measure(box);
    picture_.width = sizes_[0].width;
    picture_.height = sizes_[0].height;
    Place(0, 0, 0);
    return picture_;
  }

 private:
  // Where lines meet a child: by the line's number, leaving or coming in.
  struct Ports {
    std::map<std::size_t, int> out;
    std::map<std::size_t, int> in;
  };

  bool IsOpen(std::size_t box) const { return unfolded_[box] && scene_.boxes[box].holds_boxes(); }
  void Measure(std::size_t box);
  std::vector<int> StretchedCentres(const BoxLayout& layout, int& width) const;
  std::vector<BoxLayout::Row> StretchedRows(const BoxLayout& layout, int& height) const;
  void Place(std::size_t box, int x, int y);
  void PlaceChildren(std::size_t box, int x, int y);
  std::map<std::size_t, Ports> PortsOf(const BoxLayout& layout, const Stretch& stretch) const;
  void SpreadPorts(const BoxLayout& layout, const Stretch& stretch, std::size_t slot,
                   std::vector<std::pair<int, std::size_t>> others, std::map<std::size_t, int>& ports) const;
  void AddLines(std::size_t box, int x, int y);
  void AddLoops(std::size_t box, int x, int y);

  const Scene& scene_;
  const std::vector<BoxLayout>& layouts_;
  const std::vector<bool>& unfolded_;
  std::vector<Size> sizes_;
  std::map<std::size_t, Stretch> stretches_;  // of open boxes
  Picture picture_;
};

void Composer::Measure(std::size_t box) {
  if (!IsOpen(box)) {
    sizes_[box] = {scene_.boxes[box].width, scene_.boxes[box].height};
    return;
  }
  Stretch stretch;
  stretch.centres = StretchedCentres(layouts_[box], stretch.size.width);
  stretch.rows = StretchedRows(layouts_[box], stretch.size.height);
  sizes_[box] = stretch.size;
  stretches_[box] = std::move(stretch);
}

// The last position is the layout's right border.
std::vector<int> Composer::StretchedCentres(const BoxLayout& layout, int& width) const {
  std::vector<int> positions;
  std::vector<Growth> growths;
  for (const Slot& slot : layout.slots) {
    positions.push_back(slot.centre);
    if (slot.kind != Slot::Kind::kChild || !IsOpen(slot.index)) continue;
    const int half = scene_.boxes[slot.index].width / 2;
    growths.push_back({slot.centre - half, slot.centre, slot.centre + half, (sizes_[slot.index].width + 1) / 2});
  }
  positions.push_back(layout.width);
  std::vector<int> centres = Stretched(positions, growths);
  width = centres.back();
  centres.pop_back();
  return centres;
}

std::vector<BoxLayout::Row> Composer::StretchedRows(const BoxLayout& layout, int& height) const {
  std::vector<BoxLayout::Row> rows = layout.rows;
  for (const Slot& slot : layout.slots) {
    if (slot.kind != Slot::Kind::kChild) continue;
    rows[slot.row].height = std::max(rows[slot.row].height, sizes_[slot.index].height);
  }
  int moved = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    rows[i].top += moved;
    moved += rows[i].height - layout.rows[i].height;
  }
  height = layout.height + moved;
  return rows;
}

void Composer::Place(std::size_t box, int x, int y) {
  picture_.frames.push_back({box, x, y, sizes_[box].width, sizes_[box].height, IsOpen(box)});
  if (!IsOpen(box)) return;
  AddLines(box, x, y);
  AddLoops(box, x, y);
  PlaceChildren(box, x, y);
}

void Composer::PlaceChildren(std::size_t box, int x, int y) {
  const Stretch& stretch = stretches_.at(box);
  for (std::size_t i = 0; i < layouts_[box].slots.size(); ++i) {
    const Slot& slot = layouts_[box].slots[i];
    if (slot.kind != Slot::Kind::kChild) continue;
    const BoxLayout::Row& row = stretch.rows[slot.row];
    const Size size = sizes_[slot.index];
    Place(slot.index, x + stretch.centres[i] - size.width / 2, y + row.top + (row.height - size.height) / 2);
  }
}

// A folded child's lines are spread about its centre in the order of where they lead.
void Composer::SpreadPorts(const BoxLayout& layout, const Stretch& stretch, std::size_t slot,
                           std::vector<std::pair<int, std::size_t>> others, std::map<std::size_t, int>& ports) const {
  std::sort(others.begin(), others.end());
  const int count = static_cast<int>(others.size());
  const int width = scene_.boxes[layout.slots[slot].index].width - 24;
  const int spacing = std::min(kMostPortSpacing, width / std::max(1, count));
  for (int i = 0; i < count; ++i) {
    ports[others[static_cast<std::size_t>(i)].second] = stretch.centres[slot] + (2 * i - (count - 1)) * spacing / 2;
  }
}

std::map<std::size_t, Composer::Ports> Composer::PortsOf(const BoxLayout& layout, const Stretch& stretch) const {
  using Others = std::vector<std::pair<int, std::size_t>>;  // centre of the slot at the other end, line
  std::map<std::size_t, std::pair<Others, Others>> others;  // out and in, by slot
  for (std::size_t line = 0; line < layout.lines.size(); ++line) {
    const auto& segments = layout.lines[line].segments;
    others[layout.lines[line].from].first.emplace_back(stretch.centres[segments.at(0).to], line);
    for (const auto& [from, to] : segments) others[to].second.emplace_back(stretch.centres[from], line);
  }
  std::map<std::size_t, Ports> ports;
  for (auto& [slot, ends] : others) {
    if (layout.slots[slot].kind != Slot::Kind::kChild) continue;
    SpreadPorts(layout, stretch, slot, std::move(ends.first), ports[slot].out);
    SpreadPorts(layout, stretch, slot, std::move(ends.second), ports[slot].in);
    const std::size_t child = layout.slots[slot].index;
    if (!IsOpen(child)) continue;
    const Stretch& inner = stretches_.at(child);
    const int left = stretch.centres[slot] - inner.size.width / 2;
    for (std::size_t i = 0; i < inner.centres.size(); ++i) {
      const Slot& port = layouts_[child].slots[i];
      if (port.kind == Slot::Kind::kEntry) ports[slot].in[port.index] = left + inner.centres[i];
      if (port.kind == Slot::Kind::kExit) ports[slot].out[port.index] = left + inner.centres[i];
    }
  }
  return ports;
}

// Draws one line of one layout.
class LineDrawer {
 public:
  LineDrawer(const BoxLayout& layout, const std::vector<int>& centres, const std::vector<BoxLayout::Row>& rows, int x,
             int y)
      : layout_(layout), centres_(centres), rows_(rows), x_(x), y_(y) {}

  int X(std::size_t slot) const { return x_ + centres_[slot]; }
  int Top(std::size_t slot) const { return y_ + rows_[layout_.slots[slot].row].top; }
  int Bottom(std::size_t slot) const { return Top(slot) + rows_[layout_.slots[slot].row].height; }
  static Stroke Straight(int x, int y0, int y1) { return {x, y0, y0, x, y1, y1, false}; }

  // Between two slots, whose own rows are crossed by straight strokes.
  Stroke Curve(const BoxLayout::Segment& segment, int from_x, int to_x) const {
    const std::size_t from_row = layout_.slots[segment.from].row;
    const std::size_t to_row = layout_.slots[segment.to].row;
    if (from_row == to_row) {
      const bool at_top = layout_.slots[segment.to].kind == Slot::Kind::kChild;
      const int y = at_top ? Top(segment.from) : Bottom(segment.from);
      const int pull = y + (at_top ? -kUTurnPull : kUTurnPull);
      return {from_x, y, pull, to_x, y, pull, false};
    }
    const int from_y = from_row < to_row ? Bottom(segment.from) : Top(segment.from);
    const int to_y = from_row < to_row ? Top(segment.to) : Bottom(segment.to);
    const int middle = (from_y + to_y) / 2;
    return {from_x, from_y, middle, to_x, to_y, middle, false};
  }

 private:
  const BoxLayout& layout_;
  const std::vector<int>& centres_;
  const std::vector<BoxLayout::Row>& rows_;
  int x_;
  int y_;
};

void Composer::AddLines(std::size_t box, int x, int y) {
  const BoxLayout& layout = layouts_[box];
  const Stretch& stretch = stretches_.at(box);
  const auto ports = PortsOf(layout, stretch);
  const LineDrawer draw(layout, stretch.centres, stretch.rows, x, y);
  const auto half_height = [&](std::size_t slot) { return sizes_[layout.slots[slot].index].height / 2; };
  const auto is_child = [&](std::size_t slot) { return layout.slots[slot].kind == Slot::Kind::kChild; };
  for (std::size_t i = 0; i < layout.lines.size(); ++i) {
    const BoxLayout::Line& line = layout.lines[i];
    Picture::DrawnLine drawn{&line, {}, false, 0, 0};
    const int from_x = is_child(line.from) ? x + ports.at(line.from).out.at(i) : draw.X(line.from);
    const auto middle = [&](std::size_t slot) { return (draw.Top(slot) + draw.Bottom(slot)) / 2; };
    if (is_child(line.from)) {
      drawn.strokes.push_back(
          LineDrawer::Straight(from_x, middle(line.from) + half_height(line.from), draw.Bottom(line.from)));
    }
    for (const BoxLayout::Segment& segment : line.segments) {
      const int to_x = is_child(segment.to) ? x + ports.at(segment.to).in.at(i) : draw.X(segment.to);
      drawn.strokes.push_back(draw.Curve(segment, segment.from == line.from ? from_x : draw.X(segment.from), to_x));
      if (is_child(segment.to)) {
        drawn.strokes.push_back(
            LineDrawer::Straight(to_x, draw.Top(segment.to), middle(segment.to) - half_height(segment.to)));
        drawn.strokes.back().is_end = true;
      } else if (layout.slots[segment.to].kind == Slot::Kind::kBend) {
        drawn.strokes.push_back(LineDrawer::Straight(to_x, draw.Top(segment.to), draw.Bottom(segment.to)));
      }
    }
    drawn.is_labelled = is_child(line.from) && !IsOpen(layout.slots[line.from].index);
    // Beside each other's sources labels of several lines would overlap; half way to where they lead they do not.
    const bool is_alone = is_child(line.from) && ports.at(line.from).out.size() == 1;
    const Stroke& curve = drawn.strokes[is_child(line.from) ? 1 : 0];
    drawn.label_x = is_alone ? from_x : (curve.x0 + curve.x1) / 2;
    drawn.label_y = is_alone ? draw.Bottom(line.from) + 12 : (curve.y0 + curve.y1) / 2 + 3;
    picture_.lines.push_back(std::move(drawn));
  }
}

void Composer::AddLoops(std::size_t box, int x, int y) {
  const BoxLayout& layout = layouts_[box];
  const Stretch& stretch = stretches_.at(box);
  std::map<std::size_t, std::size_t> slots;
  for (std::size_t i = 0; i < layout.slots.size(); ++i) {
    if (layout.slots[i].kind == Slot::Kind::kChild) slots[layout.slots[i].index] = i;
  }
  const LineDrawer draw(layout, stretch.centres, stretch.rows, x, y);
  for (std::size_t i = 0; i < layout.loops.size(); ++i) {
    const Loop& loop = scene_.loops[layout.loops[i]];
    const std::size_t from = slots.at(loop.output);
    const std::size_t to = slots.at(loop.input);
    const int from_y = (draw.Top(from) + draw.Bottom(from) + sizes_[loop.output].height) / 2;
    const int to_y = (draw.Top(to) + draw.Bottom(to) - sizes_[loop.input].height) / 2;
    const int below = draw.Bottom(from) + kLoopLift;
    const int above = draw.Top(to) - kLoopLift;
    const int side = x + stretch.size.width - layout.loops_width + static_cast<int>(i) * kLoopSpacing;
    picture_.loops.push_back({layout.loops[i],
                              {{draw.X(from), from_y},
                               {draw.X(from), below},
                               {side, below},
                               {side, above},
                               {draw.X(to), above},
                               {draw.X(to), to_y}}});
  }
}

}  // namespace

Picture Compose(const Scene& scene, const std::vector<BoxLayout>& layouts, const std::vector<bool>& unfolded) {
  return Composer(scene, layouts, unfolded).Make();
}

}  // namespace stepwell::view
