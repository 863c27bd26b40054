#pragma once

#include <map>
#include <string>
#include <string_view>

#include "stepwell/ir/graph.h"

// What the axes of inputs and outputs mean, kept in a graph's metadata and, for OpenVINO, at the layers of the file.
namespace stepwell::ir {

// Input::name or Output::name -> layout as OpenVINO spells it: "[N,H,W,C]".
using PortLayouts = std::map<std::string, std::string>;

// The key of the metadata that holds them.
inline constexpr std::string_view kPortLayouts = "layouts";

// "x=[N,H,W,C] y=[N,C]": neither names nor layouts hold blanks.
std::string ToText(const PortLayouts& layouts);
PortLayouts PortLayoutsOf(const Graph& graph);

}  // namespace stepwell::ir
