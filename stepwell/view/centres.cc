#include <algorithm>
#include <cmath>

#include "stepwell/view/layered_graph.h"
#include "stepwell/view/pull_together.h"

namespace stepwell::view {
namespace {

constexpr int kSweeps = 24;
constexpr double kStraightWeight = 50;  // of a bend in line with others
constexpr double kLooseWeight = 0.05;   // of a vertex that nothing pulls

class Centres {
 public:
  explicit Centres(const LayeredGraph& graph) : graph_(graph), centres_(graph.vertices.size(), 0) {
    for (const auto& row : graph.rows) PackRow(row);
  }

  std::vector<int> Find() {
    const std::size_t count = graph_.rows.size();
    for (int sweep = 0; sweep < kSweeps; ++sweep) {
      for (std::size_t i = 0; i < count; ++i) {
        const bool is_downwards = sweep % 2 == 0;
        // The last sweeps look both ways, which centres a vertex between what is above and what is below it.
        PlaceRow(graph_.rows[is_downwards ? i : count - 1 - i], is_downwards || sweep > kSweeps - 3,
                 !is_downwards || sweep > kSweeps - 3);
      }
    }
    PullTogether(graph_, centres_);
    return Rounded();
  }

 private:
  // Neighbouring vertices of a row that touch: `first` is where the first one's centre wants to be.
  struct Block {
    double wish = 0;  // the weighted mean of its vertices' wishes, each less the room on its left within the row
    double weight = 0;
    std::size_t count = 0;
  };

  void PackRow(const std::vector<std::size_t>& row) {
    double left = 0;
    for (const std::size_t vertex : row) {
      const double width = graph_.vertices[vertex].width;
      centres_[vertex] = left + width / 2;
      left += width;
    }
    for (const std::size_t vertex : row) centres_[vertex] -= left / 2;
  }

  // Where a vertex's neighbours want it. Only its strongest ties count: a bend keeps the line of bends straight, a box
  // stays below the boxes beside which it lies. Pulled by all of them at once, rows would drift sideways.
  Block WishOf(std::size_t vertex, bool look_up, bool look_down) const {
    Block strong{0, 0, 1};
    Block weak{0, 0, 1};
    const bool is_bend = graph_.vertices[vertex].is_bend;
    const auto pull = [&](const std::vector<std::size_t>& neighbours) {
      for (const std::size_t neighbour : neighbours) {
        Block& block = graph_.vertices[neighbour].is_bend == is_bend ? strong : weak;
        block.wish += centres_[neighbour];
        ++block.weight;
      }
    };
    if (look_up) pull(graph_.vertices[vertex].above);
    if (look_down) pull(graph_.vertices[vertex].below);
    if (strong.weight == 0 && weak.weight == 0) return {centres_[vertex], kLooseWeight, 1};
    Block& block = strong.weight > 0 ? strong : weak;
    block.wish /= block.weight;
    block.weight = is_bend && strong.weight > 0 ? kStraightWeight : block.weight;
    return block;
  }

  void PlaceRow(const std::vector<std::size_t>& row, bool look_up, bool look_down) {
    std::vector<Block> blocks;
    double room = 0;  // from the first vertex's centre to this one's, where they touch
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (i > 0) room += RoomBetween(row[i - 1], row[i]);
      Block block = WishOf(row[i], look_up, look_down);
      block.wish -= room;
      while (!blocks.empty() && blocks.back().wish >= block.wish) {
        block = Merged(blocks.back(), block);
        blocks.pop_back();
      }
      blocks.push_back(block);
    }
    std::size_t next = 0;
    room = 0;
    for (const Block& block : blocks) {
      for (std::size_t i = 0; i < block.count; ++i, ++next) {
        if (next > 0) room += RoomBetween(row[next - 1], row[next]);
        centres_[row[next]] = block.wish + room;
      }
    }
  }

  double RoomBetween(std::size_t left, std::size_t right) const {
    return (graph_.vertices[left].width + graph_.vertices[right].width) / 2.0;
  }

  static Block Merged(const Block& a, const Block& b) {
    const double weight = a.weight + b.weight;
    return {(a.wish * a.weight + b.wish * b.weight) / weight, weight, a.count + b.count};
  }

  std::vector<int> Rounded() const {
    double left = 0;
    for (std::size_t i = 0; i < centres_.size(); ++i) {
      const double begin = centres_[i] - graph_.vertices[i].width / 2.0;
      left = i == 0 ? begin : std::min(left, begin);
    }
    std::vector<int> rounded;
    for (const double centre : centres_) rounded.push_back(static_cast<int>(std::lround(centre - left)));
    return rounded;
  }

  const LayeredGraph& graph_;
  std::vector<double> centres_;
};

}  // namespace

std::vector<int> CentresOf(const LayeredGraph& graph) { return Centres(graph).Find(); }

}  // namespace stepwell::view
