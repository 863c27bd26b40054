#include "stepwell/view/layout.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "stepwell/view/escape.h"
#include "stepwell/view/layered_graph.h"
#include "stepwell/view/layering.h"

namespace stepwell::view {
namespace {

using Slot = BoxLayout::Slot;
using Line = BoxLayout::Line;

constexpr std::size_t kMostBends = 200000;  // of a scene; lines are drawn without from there on
constexpr int kColumnGap = 28;
constexpr int kBendWidth = 16;
constexpr int kRowGap = 34;
constexpr int kMostExtraRowGap = 60;

// A tensor that passes through a box: between its children, or over its border by a line of the parent's layout.
struct Passage {
  std::size_t edge = 0;
  std::optional<std::size_t> entry;
  std::optional<std::size_t> exit;
};

std::string LabelOf(const Scene& scene, const std::vector<std::size_t>& edges) {
  std::map<std::size_t, const TensorType*> types;
  for (const std::size_t edge : edges) types.emplace(scene.edges[edge].value, &scene.edges[edge].type);
  const TensorType& type = *types.begin()->second;
  if (types.size() > 1) return fmt::format("{} tensors", types.size());
  return type.dtype == DType::kF32 ? ToText(type.shape) : ToText(type);
}

// Makes the layout of one box; its parent's is there already.
class BoxLayoutMaker {
 public:
  BoxLayoutMaker(const Scene& scene, std::size_t box, std::vector<BoxLayout>& layouts, std::size_t& bends)
      : scene_(scene), box_(box), layout_(layouts[box]), parent_(layouts[scene.boxes[box].parent]), bends_(bends) {}

  // Returns what passes through each child that holds boxes.
  std::map<std::size_t, std::vector<Passage>> Make(const std::vector<Passage>& passages) {
    AddSlots(passages);
    AddLines(passages);
    AssignRows();
    AddSegments();
    PlaceSlots();
    PlaceRows();
    AddLoops();
    return InnerPassages();
  }

 private:
  struct Ends {
    std::size_t from = 0;
    std::size_t to = 0;
  };

  void AddSlots(const std::vector<Passage>& passages);
  void AddPorts(std::set<std::size_t> lines, Slot::Kind kind, std::map<std::size_t, std::size_t>& slots);
  std::optional<Ends> EndsOf(const Passage& passage) const;
  bool IsWithin(std::size_t box) const;
  std::size_t ChildOf(std::size_t box) const;
  void AddLines(const std::vector<Passage>& passages);
  void AssignRows();
  void AddSegments();
  void AddChain(Line& line, const std::vector<std::size_t>& targets, int direction);
  std::size_t AddBend(std::size_t row);
  LayeredGraph Layered() const;
  int RoomOf(std::size_t slot) const;
  void PlaceSlots();
  void PlaceRows();
  std::vector<int> RowGaps() const;
  void AddLoops();
  std::map<std::size_t, std::vector<Passage>> InnerPassages() const;

  const Scene& scene_;
  std::size_t box_;
  BoxLayout& layout_;
  const BoxLayout& parent_;
  std::size_t& bends_;

  std::map<std::size_t, std::size_t> child_slots_;  // by box
  std::map<std::size_t, std::size_t> entry_slots_;  // by line of the parent's layout
  std::map<std::size_t, std::size_t> exit_slots_;
  std::map<std::size_t, std::vector<Passage>> within_children_;
  std::vector<std::vector<std::size_t>> targets_;  // slots, of each line
};

void BoxLayoutMaker::AddPorts(std::set<std::size_t> lines, Slot::Kind kind, std::map<std::size_t, std::size_t>& slots) {
  // In the order of where the lines come from, so that they do not cross at the border without need.
  std::vector<std::pair<int, std::size_t>> ordered;
  for (const std::size_t line : lines) ordered.emplace_back(parent_.slots[parent_.lines[line].from].centre, line);
  std::sort(ordered.begin(), ordered.end());
  for (const auto& [centre, line] : ordered) {
    slots[line] = layout_.slots.size();
    layout_.slots.push_back({kind, line, 0, 0});
  }
}

void BoxLayoutMaker::AddSlots(const std::vector<Passage>& passages) {
  for (const std::size_t child : scene_.boxes[box_].children) {
    child_slots_[child] = layout_.slots.size();
    layout_.slots.push_back({Slot::Kind::kChild, child, 0, 0});
  }
  std::set<std::size_t> entries;
  std::set<std::size_t> exits;
  for (const Passage& passage : passages) {
    if (passage.entry && scene_.edges[passage.edge].to != box_) entries.insert(*passage.entry);
    if (passage.exit && scene_.edges[passage.edge].from != box_) exits.insert(*passage.exit);
  }
  AddPorts(std::move(entries), Slot::Kind::kEntry, entry_slots_);
  AddPorts(std::move(exits), Slot::Kind::kExit, exit_slots_);
}

bool BoxLayoutMaker::IsWithin(std::size_t box) const {
  while (box > box_) box = scene_.boxes[box].parent;  // a parent's number is lower
  return box == box_;
}

// The child that is or holds a box within this one.
std::size_t BoxLayoutMaker::ChildOf(std::size_t box) const {
  while (scene_.boxes[box].parent != box_) box = scene_.boxes[box].parent;
  return box;
}

std::optional<BoxLayoutMaker::Ends> BoxLayoutMaker::EndsOf(const Passage& passage) const {
  const Edge& edge = scene_.edges[passage.edge];
  if (edge.from == box_ || edge.to == box_) return std::nullopt;
  return Ends{passage.entry ? entry_slots_.at(*passage.entry) : child_slots_.at(ChildOf(edge.from)),
              passage.exit ? exit_slots_.at(*passage.exit) : child_slots_.at(ChildOf(edge.to))};
}

void BoxLayoutMaker::AddLines(const std::vector<Passage>& passages) {
  std::map<std::pair<std::size_t, std::size_t>, std::pair<std::set<std::size_t>, std::vector<std::size_t>>> tensors;
  for (const Passage& passage : passages) {
    const auto ends = EndsOf(passage);
    if (!ends) continue;
    if (ends->from == ends->to) {
      within_children_[layout_.slots[ends->from].index].push_back({passage.edge, {}, {}});
      continue;
    }
    auto& [targets, edges] = tensors[{ends->from, scene_.edges[passage.edge].value}];
    targets.insert(ends->to);
    edges.push_back(passage.edge);
  }
  std::map<std::pair<std::size_t, std::set<std::size_t>>, std::size_t> lines;
  for (const auto& [source, tensor] : tensors) {
    const auto [line, is_new] = lines.try_emplace({source.first, tensor.first}, layout_.lines.size());
    if (is_new) {
      layout_.lines.push_back({source.first, {}, {}, {}, false});
      targets_.emplace_back(tensor.first.begin(), tensor.first.end());
    }
    std::vector<std::size_t>& edges = layout_.lines[line->second].edges;
    edges.insert(edges.end(), tensor.second.begin(), tensor.second.end());
  }
  for (Line& line : layout_.lines) {
    line.label = LabelOf(scene_, line.edges);
    for (const std::size_t edge : line.edges) line.is_state = line.is_state || scene_.edges[edge].is_state;
  }
}

void BoxLayoutMaker::AssignRows() {
  const std::size_t num_children = child_slots_.size();
  std::set<Arc> arcs;
  for (std::size_t i = 0; i < targets_.size(); ++i) {
    for (const std::size_t target : targets_[i]) {
      if (layout_.lines[i].from < num_children && target < num_children) arcs.insert({layout_.lines[i].from, target});
    }
  }
  const std::vector<int> layers = LayersOf(num_children, {arcs.begin(), arcs.end()});
  const std::size_t first = entry_slots_.empty() ? 0 : 1;
  std::size_t rows = first;
  for (std::size_t i = 0; i < num_children; ++i) {
    layout_.slots[i].row = first + static_cast<std::size_t>(layers[i]);
    rows = std::max(rows, layout_.slots[i].row + 1);
  }
  for (const auto& [line, slot] : exit_slots_) layout_.slots[slot].row = rows;
  layout_.rows.resize(rows + (exit_slots_.empty() ? 0 : 1));
}

std::size_t BoxLayoutMaker::AddBend(std::size_t row) {
  ++bends_;
  layout_.slots.push_back({Slot::Kind::kBend, 0, row, 0});
  return layout_.slots.size() - 1;
}

// Connects a line to its targets below (direction 1) or above (-1), nearest first, by one chain of bends. On its way up
// the chain passes the source's and the target's row beside them: lines leave a box at its bottom and enter at its top.
void BoxLayoutMaker::AddChain(Line& line, const std::vector<std::size_t>& targets, int direction) {
  std::size_t last = line.from;
  std::ptrdiff_t row = static_cast<std::ptrdiff_t>(layout_.slots[line.from].row) + (direction > 0 ? 1 : 0);
  for (const std::size_t target : targets) {
    const auto end = static_cast<std::ptrdiff_t>(layout_.slots[target].row) + (direction > 0 ? 0 : -1);
    for (; row * direction < end * direction && bends_ < kMostBends; row += direction) {
      const std::size_t bend = AddBend(static_cast<std::size_t>(row));
      line.segments.push_back({last, bend});
      last = bend;
    }
    line.segments.push_back({last, target});
  }
}

void BoxLayoutMaker::AddSegments() {
  const auto row = [&](std::size_t slot) { return layout_.slots[slot].row; };
  for (std::size_t i = 0; i < layout_.lines.size(); ++i) {
    const std::size_t from_row = row(layout_.lines[i].from);
    std::vector<std::size_t> below;
    std::vector<std::size_t> above;
    for (const std::size_t target : targets_[i]) (row(target) > from_row ? below : above).push_back(target);
    std::stable_sort(below.begin(), below.end(), [&](auto a, auto b) { return row(a) < row(b); });
    std::stable_sort(above.begin(), above.end(), [&](auto a, auto b) { return row(a) > row(b); });
    AddChain(layout_.lines[i], below, 1);
    AddChain(layout_.lines[i], above, -1);
  }
}

int BoxLayoutMaker::RoomOf(std::size_t slot) const {
  if (layout_.slots[slot].kind != Slot::Kind::kChild) return kBendWidth;
  return scene_.boxes[layout_.slots[slot].index].width + kColumnGap;
}

LayeredGraph BoxLayoutMaker::Layered() const {
  LayeredGraph graph;
  graph.rows.resize(layout_.rows.size());
  for (std::size_t i = 0; i < layout_.slots.size(); ++i) {
    const Slot& slot = layout_.slots[i];
    graph.vertices.push_back({static_cast<int>(slot.row), RoomOf(i), slot.kind == Slot::Kind::kBend, {}, {}});
    graph.rows[slot.row].push_back(i);
  }
  for (const Line& line : layout_.lines) {
    for (const auto& [from, to] : line.segments) {
      const std::size_t from_row = layout_.slots[from].row;
      const std::size_t to_row = layout_.slots[to].row;
      if (from_row + 1 == to_row) graph.Connect(from, to);
      if (to_row + 1 == from_row) graph.Connect(to, from);
    }
  }
  return graph;
}

void BoxLayoutMaker::PlaceSlots() {
  LayeredGraph graph = Layered();
  OrderRows(graph);
  const std::vector<int> centres = CentresOf(graph);
  int content_width = 0;
  for (std::size_t i = 0; i < centres.size(); ++i) {
    content_width = std::max(content_width, centres[i] + (RoomOf(i) + 1) / 2);
  }
  const int least_width = scene_.boxes[box_].width;
  const int left = kBoxMargin + std::max(0, least_width - content_width - 2 * kBoxMargin) / 2;
  for (std::size_t i = 0; i < centres.size(); ++i) layout_.slots[i].centre = left + centres[i];
  layout_.width = std::max(least_width, content_width + 2 * kBoxMargin);
}

// Room below each row for the lines to bend in: more where they travel farther to the side.
std::vector<int> BoxLayoutMaker::RowGaps() const {
  std::vector<int> farthest(layout_.rows.size(), 0);
  for (const Line& line : layout_.lines) {
    for (const auto& [from, to] : line.segments) {
      const Slot& a = layout_.slots[from];
      const Slot& b = layout_.slots[to];
      if (std::max(a.row, b.row) > std::min(a.row, b.row) + 1) continue;
      int& distance = farthest[std::min(a.row, b.row)];
      distance = std::max(distance, std::abs(a.centre - b.centre));
    }
  }
  for (int& gap : farthest) gap = kRowGap + std::min(kMostExtraRowGap, gap / 12);
  return farthest;
}

void BoxLayoutMaker::PlaceRows() {
  const std::vector<int> gaps = RowGaps();
  int top = kTitleHeight + kBoxMargin;
  for (const Slot& slot : layout_.slots) {
    if (slot.kind != Slot::Kind::kChild) continue;
    layout_.rows[slot.row].height = std::max(layout_.rows[slot.row].height, scene_.boxes[slot.index].height);
  }
  const std::size_t first = entry_slots_.empty() ? 0 : 1;
  const std::size_t end = layout_.rows.size() - (exit_slots_.empty() ? 0 : 1);
  for (std::size_t row = first; row < end; ++row) {
    layout_.rows[row].top = top;
    top += layout_.rows[row].height + (row + 1 < end ? gaps[row] : 0);
  }
  layout_.height = std::max(top + 2 * kBoxMargin, scene_.boxes[box_].height);
  if (!exit_slots_.empty()) layout_.rows.back().top = layout_.height;
}

void BoxLayoutMaker::AddLoops() {
  std::vector<std::pair<std::size_t, std::size_t>> by_length;
  for (std::size_t i = 0; i < scene_.loops.size(); ++i) {
    const Loop& loop = scene_.loops[i];
    if (scene_.boxes[loop.output].parent != box_) continue;
    const std::size_t from = layout_.slots[child_slots_.at(loop.output)].row;
    const std::size_t to = layout_.slots[child_slots_.at(loop.input)].row;
    by_length.emplace_back(from - std::min(from, to), i);
  }
  std::sort(by_length.begin(), by_length.end());
  for (const auto& [length, loop] : by_length) layout_.loops.push_back(loop);
  layout_.loops_width = static_cast<int>(layout_.loops.size()) * kLoopSpacing;
  layout_.width += layout_.loops_width;
}

std::map<std::size_t, std::vector<Passage>> BoxLayoutMaker::InnerPassages() const {
  std::map<std::size_t, std::vector<Passage>> inner = within_children_;
  for (std::size_t line = 0; line < layout_.lines.size(); ++line) {
    const Slot& from = layout_.slots[layout_.lines[line].from];
    for (const std::size_t edge : layout_.lines[line].edges) {
      if (from.kind == Slot::Kind::kChild) inner[from.index].push_back({edge, {}, line});
      if (IsWithin(scene_.edges[edge].to)) inner[ChildOf(scene_.edges[edge].to)].push_back({edge, line, {}});
    }
  }
  return inner;
}

}  // namespace

std::vector<BoxLayout> LayOut(const Scene& scene) {
  std::vector<BoxLayout> layouts(scene.boxes.size());
  std::vector<std::vector<Passage>> passages(scene.boxes.size());
  for (std::size_t edge = 0; edge < scene.edges.size(); ++edge) passages[0].push_back({edge, {}, {}});
  std::size_t bends = 0;
  // Parents come before their children.
  for (std::size_t box = 0; box < scene.boxes.size(); ++box) {
    if (!scene.boxes[box].holds_boxes()) continue;
    auto inner = BoxLayoutMaker(scene, box, layouts, bends).Make(passages[box]);
    passages[box] = {};
    for (auto& [child, through] : inner) passages[child] = std::move(through);
  }
  return layouts;
}

}  // namespace stepwell::view
