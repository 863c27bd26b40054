#pragma once

#include <cstdint>
#include <optional>
#include <random>
#include <vector>

#include "stepwell/ir/graph.h"

namespace stepwell::verify {

// Extents for the free dimensions of a model's inputs; without one, those of the source.
struct CallShape {
  std::optional<Dim> batch;
  std::optional<Dim> frames;
};

// The shape of an input in such a call. Axis 0 of an input is the batch and axis 1 the frames where they are free.
Shape ShapeInCall(const ir::Graph& graph, const ir::Input& input, const CallShape& call);

// Random content for an input, reproducible from the generator: floats between -1 and 1; for the roles that apps know,
// what a caller could feed (lengths up to the number of frames, characters); small numbers for other integers.
Tensor RandomInput(const ir::Graph& graph, const ir::Input& input, const Shape& shape, Dim frames,
                   std::mt19937_64& random);

// Content that lets a call do all its work: as above, but every row runs its full length.
Tensor FullInput(const ir::Graph& graph, const ir::Input& input, const Shape& shape, Dim frames,
                 std::mt19937_64& random);

// The frames of a call: axis 1 of the input with the role of features; 1 for a model without.
Dim FramesOf(const ir::Graph& graph, const CallShape& call);

}  // namespace stepwell::verify
