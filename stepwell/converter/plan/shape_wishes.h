#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "stepwell/converter/convert.h"
#include "stepwell/ir/graph.h"

namespace stepwell::converter {

// The shapes that the user wants of a converted graph.
struct ShapeWishes {
  std::map<std::string, Shape> of_input;  // by Input::name; dynamic dimensions stay free
  std::optional<std::int64_t> batch;      // for the first axis of every input that has no wish of its own
  ConvertOptions::Shapes shapes = ConvertOptions::Shapes::kFree;
};

// Frees batch and frames of a graph that has the source's fixed shapes (shapes/free_shapes.h), then fixes what the user
// wants fixed, there and in Input::default_shape. Throws Error(kInvalidArgument) naming input, axis and the node that
// holds it where a wish cannot be granted.
ir::Graph GrantShapes(const ir::Graph& graph, const ShapeWishes& wishes);

}  // namespace stepwell::converter
