#pragma once

#include <string>

#include "stepwell/ir/graph.h"

namespace stepwell::ir {

// The graph as text for people and tests, one line an input, node, output and state, bodies indented below their node.
// Values are %0, %1 … in the order of the graph; constants show their type, and their elements if they are few. Equal
// graphs give equal texts.
std::string Dump(const Graph& graph);

}  // namespace stepwell::ir
