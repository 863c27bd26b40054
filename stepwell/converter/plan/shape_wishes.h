#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "stepwell/base/parallel.h"
#include "stepwell/converter/convert.h"
#include "stepwell/ir/graph.h"

namespace stepwell::converter {

// The shapes that the user wants of a converted graph.
struct ShapeWishes {
  std::map<std::string, Shape> of_input;  // by Input::name; dynamic dimensions stay free
  std::optional<std::int64_t> batch;      // for the batch of every input whose batch has no wish of its own
  // The axis that is an input's batch, nothing for an input without one; of inputs that are not here it is the first,
  // if it is as long as that of the input with the most axes.
  std::map<std::string, std::optional<int>> batch_axes;
  std::set<std::string> fixed_inputs;  // that have no batch and no frames: variables
  ConvertOptions::Shapes shapes = ConvertOptions::Shapes::kFree;
};

// Frees batch and frames of a graph that has the source's shapes (shapes/free_shapes.h), simplifies it, and fixes what
// the user wants fixed, there and in Input::default_shape. Where nothing remembers, `simplify` sees the free shapes, so
// that the nodes behind a fixed input go on computing shapes from it and a call may still give others (Input::call); a
// state's shape is that of the conversion. Throws Error(kInvalidArgument) naming input, axis and the node that holds it
// where a wish cannot be granted, and where a batch is wanted that no input has. `warnings` gets a line for every
// extent that stays because a value may have been computed from it.
ir::Graph GrantShapes(const ir::Graph& graph, const ShapeWishes& wishes,
                      FunctionRef<ir::Graph(const ir::Graph&)> simplify, std::vector<std::string>& warnings);

}  // namespace stepwell::converter
