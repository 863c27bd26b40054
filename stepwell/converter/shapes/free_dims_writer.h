#pragma once

#include <optional>
#include <vector>

#include "stepwell/converter/shapes/dim_symbols.h"
#include "stepwell/converter/shapes/shape_probe.h"
#include "stepwell/ir/graph.h"

namespace stepwell::converter {

// Writes the graph again with every axis whose symbol is free made dynamic, and with the shape inputs in `targets`
// computed from the shapes of the inputs. A target with one free dimension needs no computing: it becomes -1.
ir::Graph WriteFreeDims(const ir::Graph& graph, const DimSymbols& symbols,
                        const std::vector<std::vector<std::optional<SymbolId>>>& input_symbols,
                        const ShapeTargets& targets);

}  // namespace stepwell::converter
