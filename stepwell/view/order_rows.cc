#include <algorithm>

#include "stepwell/view/layered_graph.h"

namespace stepwell::view {
namespace {

constexpr int kSweeps = 16;

std::vector<std::size_t> Places(const LayeredGraph& graph) {
  std::vector<std::size_t> places(graph.vertices.size());
  for (const auto& row : graph.rows) {
    for (std::size_t i = 0; i < row.size(); ++i) places[row[i]] = i;
  }
  return places;
}

// Counts for each number, in the order in which they come, how many greater ones came before.
class InversionCounter {
 public:
  explicit InversionCounter(std::size_t most) : tree_(most + 2, 0) {}

  std::size_t Add(std::size_t number) {
    std::size_t not_greater = 0;
    for (std::size_t i = number + 1; i > 0; i &= i - 1) not_greater += tree_[i];
    for (std::size_t i = number + 1; i < tree_.size(); i += i & (~i + 1)) ++tree_[i];
    return seen_++ - not_greater;
  }

 private:
  std::vector<std::size_t> tree_;  // Fenwick's, of how often each number came
  std::size_t seen_ = 0;
};

std::size_t CrossingsBelow(const LayeredGraph& graph, const std::vector<std::size_t>& row, std::size_t row_below,
                           const std::vector<std::size_t>& places) {
  InversionCounter counter(row_below);
  std::size_t crossings = 0;
  for (const std::size_t vertex : row) {
    std::vector<std::size_t> targets;
    for (const std::size_t target : graph.vertices[vertex].below) targets.push_back(places[target]);
    std::sort(targets.begin(), targets.end());
    for (const std::size_t target : targets) crossings += counter.Add(target);
  }
  return crossings;
}

// Sorts a row by the mean place of each vertex's neighbours; one without any stays between those beside it.
void SortRow(const LayeredGraph& graph, std::vector<std::size_t>& row,
             std::vector<std::size_t> LayeredGraph::Vertex::*side, std::vector<std::size_t>& places) {
  std::vector<std::pair<double, std::size_t>> keys;
  double key = -1;
  for (const std::size_t vertex : row) {
    const std::vector<std::size_t>& neighbours = graph.vertices[vertex].*side;
    double sum = 0;
    for (const std::size_t neighbour : neighbours) sum += static_cast<double>(places[neighbour]);
    if (!neighbours.empty()) key = sum / static_cast<double>(neighbours.size());
    keys.emplace_back(key, vertex);
  }
  std::stable_sort(keys.begin(), keys.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  for (std::size_t i = 0; i < row.size(); ++i) {
    row[i] = keys[i].second;
    places[row[i]] = i;
  }
}

}  // namespace

std::size_t Crossings(const LayeredGraph& graph) {
  const std::vector<std::size_t> places = Places(graph);
  std::size_t crossings = 0;
  for (std::size_t i = 0; i + 1 < graph.rows.size(); ++i) {
    crossings += CrossingsBelow(graph, graph.rows[i], graph.rows[i + 1].size(), places);
  }
  return crossings;
}

void OrderRows(LayeredGraph& graph) {
  auto best_rows = graph.rows;
  std::size_t fewest = Crossings(graph);
  std::vector<std::size_t> places = Places(graph);
  for (int sweep = 0; sweep < kSweeps && fewest > 0; ++sweep) {
    const std::size_t count = graph.rows.size();
    for (std::size_t i = 1; i < count; ++i) {
      const bool is_downwards = sweep % 2 == 0;
      SortRow(graph, graph.rows[is_downwards ? i : count - 1 - i],
              is_downwards ? &LayeredGraph::Vertex::above : &LayeredGraph::Vertex::below, places);
    }
    const std::size_t crossings = Crossings(graph);
    if (crossings >= fewest) continue;
    fewest = crossings;
    best_rows = graph.rows;
  }
  graph.rows = std::move(best_rows);
}

}  // namespace stepwell::view
