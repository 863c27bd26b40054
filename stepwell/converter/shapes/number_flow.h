#pragma once

#include <vector>

#include "stepwell/ir/graph.h"

namespace stepwell::converter {

// What the integers of a graph are for, by value of the graph.
struct NumberFlow {
  std::vector<bool> is_number;    // read as indices, places or amounts; not as shapes
  std::vector<bool> is_constant;  // follows from no input, nor from the shape of one
};

NumberFlow FindNumberFlow(const ir::Graph& graph);

// The constant that a value is, or that it is a converted or reshaped copy of; null where it is none.
const ir::ConstantData* ConstantBehind(const ir::Graph& graph, ir::ValueId value);

// Whether the op compares its two inputs element by element.
bool IsComparison(const ir::Node& node);
// Whether the elements of the op's result are those of its first input, in other places or of another type.
bool KeepsNumbers(const ir::Node& node);

}  // namespace stepwell::converter
