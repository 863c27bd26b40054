#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "stepwell/ir/graph.h"

namespace stepwell::apps {

// A word's input: its characters, or the distinct ones and for each character the index of its value among them.
struct UniqueForm {
  std::string values;  // names of inputs i32[length]
  std::string indices;
};

// The inputs and the output of a word model, found by role (ir/roles.h), for one word at a time.
struct WordPorts {
  struct Input {
    std::size_t input = 0;  // of the model's graph
    Shape shape;            // i32, all axes but the last of extent 1
  };

  std::vector<Input> inputs;  // one, or those of the unique form
  std::optional<UniqueForm> unique;
  std::size_t probabilities = 0;  // of the graph's outputs

  std::int64_t word_length() const { return inputs.front().shape.num_elements(); }
};

// Throws Error(kUnsupported) when the model has not the roles, or they are not what they say.
WordPorts FindWordPorts(const ir::Graph& graph);

}  // namespace stepwell::apps
