#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "stepwell/converter/shapes/dim_symbols.h"
#include "stepwell/converter/shapes/number_flow.h"
#include "stepwell/converter/shapes/shape_site.h"
#include "stepwell/ir/graph.h"

namespace stepwell::converter {

// Values, not shapes, that the source may have computed from a batch or a length: the offsets row * length of a head
// that gathers masked words, length - 1 - place of a reversal, a scale of 1 / sqrt(length). No shape shows them.

// For a product of integers whose values count: its factor, which may be the length of a row, the stride of a merged
// axis. A read of such an axis proves it (ShapeProbe). Nothing for other nodes.
std::optional<ShapeSite> StrideSiteOf(const ir::Graph& graph, const NumberFlow& flow, const ir::Node& node);

// Nodes, by index, that have a StrideSite and that the indices are made of by sums and in other places.
std::vector<std::size_t> StridesBehind(const ir::Graph& graph, ir::ValueId indices);

// An axis that is free so far.
struct FreeExtent {
  SymbolId symbol = 0;
  Dim value = 0;
  bool may_scale = false;  // whether a float may be made of it; those of images are often near the range of colours
};

// The extents that a constant of the node may have been computed from. Coincidence is enough, except with numbers so
// small that they are everywhere. `is_literal` tells whether the graph has an extent that is a constant for certain:
// a scale is that of the width of a head, then, not of the length.
std::vector<SymbolId> ExtentsInValues(const ir::Graph& graph, const NumberFlow& flow, const ir::Node& node,
                                      const std::vector<FreeExtent>& extents,
                                      const std::function<bool(Dim)>& is_literal);

}  // namespace stepwell::converter
