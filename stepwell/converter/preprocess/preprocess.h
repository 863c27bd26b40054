#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "stepwell/converter/preprocess/preprocess_options.h"
#include "stepwell/ir/graph.h"

namespace stepwell::converter {

// The graph with preprocessing before its inputs, and layouts of outputs behind them, as mo's PrePostProcessor does it:
// Parameter, order of the axes, reversed channels, mean, scale, the graph. Names, roles and states stay. Inputs that
// are states are memory, not data: nothing is applied to them unless they are named.
//
// Where a layout does not say where the channels are, they are the one axis of extent 3: the first or last of three,
// the second or last of four and five. Throws Error(kInvalidArgument) naming the input or output where a name is
// unknown, a layout does not fit, the channels cannot be found, the numbers of values and channels differ, an input to
// be scaled has no floating type, or no input has channels to reverse. `warnings` takes inputs that were not reversed.
ir::Graph Preprocess(const ir::Graph& graph, const Preprocessing& wishes, std::vector<std::string>& warnings);

// Which axis of an input is the batch, as far as its layout tells: by Input::name; nothing where the layout has no "n".
std::map<std::string, std::optional<int>> BatchAxes(const ir::Graph& graph, const Preprocessing& wishes);

}  // namespace stepwell::converter
