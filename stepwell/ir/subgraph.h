#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "stepwell/ir/graph.h"

namespace stepwell::ir {

// Base of the ops that run a body graph repeatedly (TensorIterator, Loop). Ports count from 0: `external_port` is an
// index into the node's inputs or outputs, `body_input` and `body_output` into body->inputs() and body->outputs().
// Source: the port_map and back_edges of OpenVINO's TensorIterator-1 and Loop-5.
struct SubgraphOp : Op {
  // Cuts the outer tensor into slices along an axis, one an iteration, from `start` to `end` (negative: counted from
  // the end, -1 being the last element) by `stride`, each `part_size` long.
  struct Slicing {
    std::int64_t axis = 0;
    std::int64_t start = 0;
    std::int64_t end = -1;
    std::int64_t stride = 1;
    std::int64_t part_size = 1;
    friend bool operator==(const Slicing&, const Slicing&) = default;
  };
  struct InputMap {
    std::int64_t external_port = 0;
    std::int64_t body_input = 0;
    std::optional<Slicing> slicing;  // none: the whole tensor, at every iteration (or as a back edge's first value)
  };
  struct OutputMap {
    std::int64_t external_port = 0;
    std::int64_t body_output = 0;
    std::optional<Slicing> slicing;  // none: the value of the last iteration; else the iterations' values concatenated
  };
  // What body_output gives is what body_input takes at the next iteration.
  struct BackEdge {
    std::int64_t body_output = 0;
    std::int64_t body_input = 0;
  };

  std::shared_ptr<const Graph> body;
  std::vector<InputMap> input_map;
  std::vector<OutputMap> output_map;
  std::vector<BackEdge> back_edges;
  // Loop only; it also takes its trip count at external input 0 and its first condition at external input 1, which are
  // not in `input_map`.
  std::optional<std::int64_t> iteration_input;   // the body input that takes the number of the iteration, i64
  std::optional<std::int64_t> condition_output;  // the body output that says whether another iteration follows
};

}  // namespace stepwell::ir
