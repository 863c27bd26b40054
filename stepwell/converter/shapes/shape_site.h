#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "stepwell/ir/graph.h"

namespace stepwell::converter {

// Numbers of a node that say how large something is, and so may have been dimensions of an input when the graph was
// built: constants, or partly constants and partly computed from shapes.
struct ShapeSite {
  // Which input holds them; nothing for a constant whose own extents they are: elements that are all the same may be
  // repeated along an axis of any extent.
  std::optional<std::size_t> input;
  std::vector<std::int64_t> numbers;  // at the shapes that the graph has
  // Which of them may have been a dimension. The start of a slice has to be fixed for its stop to be one; one element
  // of a slice, or an axis of one that is repeated anyway, is none.
  std::vector<bool> may_vary;
  // For a slice: the axis of the data that a number speaks of, where it may vary.
  std::vector<std::optional<int>> sliced_axis;
  // For a slice from another element than the first: whether the number is the end of the data, whatever that is.
  std::vector<bool> is_end = {};
  // For a slice: the axes of the data of which it reads certain elements, neither the first alone nor all.
  std::vector<int> fixed_axes = {};
};

// Nothing for a node that has no such numbers.
std::optional<ShapeSite> ShapeSiteOf(const ir::Graph& graph, const ir::Node& node);

// The input of a node that holds a shape, a number of elements, a stop or repeats; nothing for other ops.
std::optional<std::size_t> ShapeInputOf(const ir::Node& node);

}  // namespace stepwell::converter
