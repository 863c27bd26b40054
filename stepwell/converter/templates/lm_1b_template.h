#pragma once

#include <cstdint>
#include <vector>

#include "stepwell/converter/source/source_graph.h"
#include "stepwell/converter/templates/deepspeech_template.h"

namespace stepwell::converter {

// The sizes of lm_1b (tensorflow/models, research/lm_1b): characters -> convolutions of several widths -> two highway
// layers -> projection -> two LSTM layers with peepholes and projection -> softmax over the words.
struct Lm1bShape {
  std::int64_t cells = 8192;
  std::int64_t projection = 1024;
  std::int64_t words = 800000;  // rows of the softmax
  std::int64_t longest_word = 50;
  std::int64_t character_width = 16;
  std::vector<std::int64_t> filters = {32, 32, 64, 128, 256, 512, 1024, 2048};

  // Cells, projection, words and filters divided by `divisor` (at least 1 each).
  static Lm1bShape Scaled(std::int64_t divisor);
};

// lm_1b's inference graph with these weights, each matrix in one variable (the published files hold eight shards of
// each). Its two states are variables that the graph assigns at every run, as in the published graph.
SourceGraph MakeLm1bGraph(const Lm1bShape& shape, const VariableSource& variables);

}  // namespace stepwell::converter
