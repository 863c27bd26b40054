#pragma once

#include <cstddef>
#include <vector>

// Internal.
namespace stepwell::view {

// Vertices in rows, and lines between neighbouring rows only.
struct LayeredGraph {
  struct Vertex {
    int layer = 0;
    int width = 0;                   // the room it needs, in pixels
    bool is_bend = false;            // of a longer line, which should be straight
    std::vector<std::size_t> above;  // neighbours in the row above, and below
    std::vector<std::size_t> below;
  };
  std::vector<Vertex> vertices;
  std::vector<std::vector<std::size_t>> rows;  // the vertices of each layer, from left to right

  void Connect(std::size_t upper, std::size_t lower) {
    vertices[upper].below.push_back(lower);
    vertices[lower].above.push_back(upper);
  }
};

// How often lines cross where the rows are in this order.
std::size_t Crossings(const LayeredGraph& graph);

// Reorders the rows so that fewer lines cross: sweeps of barycentres, the best order seen is kept.
void OrderRows(LayeredGraph& graph);

// The centres of all vertices: rows keep their order and vertices their room, lines are as straight as that allows.
// Sweeps over the rows; in each, the positions with the least squared distance to the neighbours' are found exactly
// (isotonic regression). The leftmost vertex begins at 0.
std::vector<int> CentresOf(const LayeredGraph& graph);

}  // namespace stepwell::view
