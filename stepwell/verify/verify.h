#pragma once

#include <cstdint>
#include <string>

#include "stepwell/converter/source/load_source.h"
#include "stepwell/ir/graph.h"

namespace stepwell::verify {

struct VerifyOptions {
  int calls = 8;  // the states are reset before the call in the middle
  std::uint64_t seed = 1;
  double bound = 1e-4;  // of the largest magnitude that the source gives at the output
};

struct VerifyReport {
  double largest_relative_difference = 0;  // over all outputs and calls
  std::string worst_output;
  int calls = 0;
};

// Runs a converted graph, compiled, beside its source, evaluated as it was read (source_executor.h), on the same random
// inputs with state carried. Throws Error(kInvalidModel) where an output differs by more than the bound, naming output
// and call, and where a tensor of the graph has no counterpart in the source.
VerifyReport Verify(const converter::LoadedSource& source, const ir::Graph& graph, const VerifyOptions& options = {});

}  // namespace stepwell::verify
