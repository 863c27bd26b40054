#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <vector>

#include "stepwell/ir/graph.h"

namespace stepwell::converter {

struct FreeShapesOptions {
  // Only the first so many axes of an input can become free: batch and frames lead. Of images (image_inputs.h), all.
  // Axes that are free in the source stay free wherever they are.
  int leading_axes = 2;
  std::set<std::string> fixed_inputs = {};  // Input::name of those that have neither batch nor frames
};

struct FreeShapesResult {
  ir::Graph graph;
  // For people: "input_node axis 2 stays 19: node 'Reshape' (Reshape) needs it".
  std::vector<std::string> held;
  // Those of them, one for each extent, that no shape holds but a value: a number that the source may have computed
  // from the extent, or elements read at fixed places.
  std::vector<std::string> held_by_values;
};

// Frees the batch and the number of frames of a graph whose inputs have the source's shapes.
//
// TensorFlow 1 often wrote these numbers into constants: the target of a Reshape, the limit of a Range, the dimensions
// of a Fill. The pass gives every leading axis of every input, and every such number, a symbol (dim_symbols.h), infers
// the graph with probes in their places, unifies the symbols that have to be equal and gives up those that have to be
// constants. What is left is free: its axis becomes dynamic, and each constant that was derived from it is computed
// from the shape of an input instead. Input::default_shape keeps the source's extents, and Input::call says how long an
// axis can be where the graph cuts it out of a table.
//
// Axes that cannot be freed stay as they are; `held` says which node needs them. Throws only for a graph that does not
// infer with its own shapes.
FreeShapesResult FreeShapes(const ir::Graph& graph, const FreeShapesOptions& options = {});

}  // namespace stepwell::converter
