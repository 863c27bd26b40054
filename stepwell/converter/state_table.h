#pragma once

#include <string>
#include <vector>

#include "stepwell/ir/graph.h"

namespace stepwell::converter {

// One state of a graph, as text for people.
struct StateRow {
  std::string variable;
  std::string type;     // "f32[?,2048]"
  std::string initial;  // "zeros", "0.5", "a constant"
  std::string input;
  std::string output;
  std::string evidence;
};

std::vector<StateRow> StateTable(const ir::Graph& graph);

}  // namespace stepwell::converter
