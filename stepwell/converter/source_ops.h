#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace stepwell::converter {

// One of TensorFlow's ops and what the converter makes of it.
struct SourceOp {
  std::string name;
  // "rewritten", "input", "constant", "variable", "copy", "update", "left out", "branch" or "refused".
  std::string_view how;
};

// Every op that the converter knows by name: those with an import rule ("rewritten") and those that the importer itself
// deals with, in alphabetical order, each once. Any other op is refused by name when an output depends on it.
std::vector<SourceOp> AllSourceOps();

}  // namespace stepwell::converter
