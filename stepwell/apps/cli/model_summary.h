#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

#include "stepwell/ir/graph.h"

namespace stepwell::cli {

// What a graph holds, counted.
struct ModelSummary {
  std::map<std::string, std::size_t> op_counts;  // bodies of loops included, each node once; constants left out
  std::int64_t parameters = 0;                   // elements of all floating-point constants
  std::size_t weight_bytes = 0;                  // of all constants, as stored
};

ModelSummary Summarise(const ir::Graph& graph);

}  // namespace stepwell::cli
