#pragma once

#include <cstddef>
#include <vector>

// Internal.
namespace stepwell::view {

struct Arc {
  std::size_t from = 0;
  std::size_t to = 0;
  friend auto operator<=>(const Arc&, const Arc&) = default;
};

// A layer for each of `count` vertices, such that arcs go to a higher layer, and along vertices of equal rank by as few
// layers as a vertex's neighbours allow. Where arcs form a cycle, those against the order in which the vertices are
// numbered go up. Vertices without arcs fill rows of their own below the others. `arcs` hold no loops of one vertex.
std::vector<int> LayersOf(std::size_t count, const std::vector<Arc>& arcs);

}  // namespace stepwell::view
