#include "stepwell/view/pull_together.h"

#include <algorithm>
#include <limits>

namespace stepwell::view {
namespace {

// The vertices of each part.
std::vector<std::vector<std::size_t>> PartsOf(const LayeredGraph& graph) {
  std::vector<bool> is_seen(graph.vertices.size(), false);
  std::vector<std::vector<std::size_t>> parts;
  for (std::size_t first = 0; first < is_seen.size(); ++first) {
    if (is_seen[first]) continue;
    std::vector<std::size_t> part = {first};
    is_seen[first] = true;
    for (std::size_t next = 0; next < part.size(); ++next) {
      const LayeredGraph::Vertex& vertex = graph.vertices[part[next]];
      for (const auto* neighbours : {&vertex.above, &vertex.below}) {
        for (const std::size_t neighbour : *neighbours) {
          if (is_seen[neighbour]) continue;
          is_seen[neighbour] = true;
          part.push_back(neighbour);
        }
      }
    }
    parts.push_back(std::move(part));
  }
  return parts;
}

}  // namespace

void PullTogether(const LayeredGraph& graph, std::vector<double>& centres) {
  constexpr double kNone = std::numeric_limits<double>::infinity();
  const auto half = [&](std::size_t vertex) { return graph.vertices[vertex].width / 2.0; };
  const auto left_of = [&](std::size_t vertex) { return centres[vertex] - half(vertex); };
  std::vector<std::size_t> left_neighbours(centres.size(), centres.size());
  for (const auto& row : graph.rows) {
    for (std::size_t i = 1; i < row.size(); ++i) left_neighbours[row[i]] = row[i - 1];
  }
  std::vector<std::size_t> part_of(centres.size());
  std::vector<std::pair<double, std::vector<std::size_t>>> parts;
  for (auto& part : PartsOf(graph)) {
    double left = kNone;
    for (const std::size_t vertex : part) left = std::min(left, left_of(vertex));
    parts.emplace_back(left, std::move(part));
  }
  std::sort(parts.begin(), parts.end());
  for (std::size_t i = 0; i < parts.size(); ++i) {
    for (const std::size_t vertex : parts[i].second) part_of[vertex] = i;
  }
  for (const auto& [part_left, part] : parts) {
    double room = part_left - parts.front().first;
    for (const std::size_t vertex : part) {
      const std::size_t neighbour = left_neighbours[vertex];
      if (neighbour == centres.size() || part_of[neighbour] == part_of[vertex]) continue;
      room = std::min(room, left_of(vertex) - centres[neighbour] - half(neighbour));
    }
    for (const std::size_t vertex : part) centres[vertex] -= room;
  }
}

}  // namespace stepwell::view
