#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "stepwell/ir/graph.h"

namespace stepwell::view {

// One thing that is drawn. Boxes are numbered so that a parent comes before its children; box 0 holds everything.
struct Box {
  enum class Kind : std::uint8_t {
    kScope,   // a name scope: boxes whose names begin alike
    kBody,    // an op that runs a graph of its own (TensorIterator, Loop), which it holds
    kOp,      // a node
    kWeight,  // a constant that is too big to be shown in its consumer
    kInput,
    kOutput,
  };

  Kind kind = Kind::kScope;
  std::size_t parent = 0;
  std::vector<std::size_t> children;  // in the order of the first node in each
  std::string name;                   // the node's, input's or output's, or the scope's path
  std::string title;
  std::string subtitle;
  std::vector<std::string> notes;  // small constants that it takes
  int width = 0;                   // in pixels, when folded
  int height = 0;
  bool is_state = false;             // an input or output that was cut from a recurrent tensor
  std::size_t num_nodes = 1;         // ops and weights in it
  const ir::Node* node = nullptr;    // of kBody, kOp and kWeight
  const ir::Graph* graph = nullptr;  // that the node or value is in; null for scopes
  ir::ValueId value;                 // of kInput and kOutput

  bool holds_boxes() const { return kind == Kind::kScope || kind == Kind::kBody; }
};

// A tensor on its way from the box that makes it to one that takes it; neither is a scope.
struct Edge {
  std::size_t from = 0;
  std::size_t to = 0;
  std::size_t value = 0;  // equal for edges that carry the same tensor
  TensorType type;
  bool is_state = false;  // comes from a state's input, or goes to a state's output
};

// What an output gives after one call, or iteration, is what an input takes at the next one. Both are children of the
// same box.
struct Loop {
  std::size_t output = 0;
  std::size_t input = 0;
  std::string name;
  std::string evidence;  // how the pair was found; empty for the loops of bodies
};

// A graph as boxes within boxes. Every text in it is valid UTF-8 without control characters.
struct Scene {
  std::string title;
  std::vector<Box> boxes;
  std::vector<Edge> edges;
  std::vector<Loop> loops;
};

// Constants of at most this many elements are notes in their consumers, not boxes.
inline constexpr std::int64_t kMostNoteElements = 16;

// The graph must outlive the scene.
Scene MakeScene(const ir::Graph& graph);

// Whether each box shows its children at first: from the outermost inwards, as long as at most `most_boxes` boxes show.
std::vector<bool> FirstUnfolded(const Scene& scene, std::size_t most_boxes);

}  // namespace stepwell::view
