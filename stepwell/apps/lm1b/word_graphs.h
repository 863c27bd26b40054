#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "stepwell/ir/graph.h"
#include "stepwell/kernels/gemm/weight_source.h"

namespace stepwell::apps {

// How a word model ends where its probabilities are softmax(hidden * weights + bias) of one row.
struct SoftmaxHead {
  ir::ValueId hidden;             // f32[1, inputs]
  kernels::WeightSource weights;  // fp32
  std::vector<float> bias;        // [outputs] or empty
};

// The head that computes `probabilities`, found by its ops; nothing where they are computed in another way, or from
// weights that are stored in fewer bits than fp32.
std::optional<SoftmaxHead> FindSoftmaxHead(const ir::Graph& graph, ir::ValueId probabilities);

// A word model cut in two where what depends on the word alone ends: first its characters become some tensors (lm_1b's
// embedding of the word), then those and the states become all else. Each part is a graph of its own.
struct WordGraphs {
  ir::Graph word;  // inputs: those of the word; outputs: the tensors
  ir::Graph text;  // inputs: the tensors, in their order, and the states; outputs: those of the source
};

// `word_inputs`: indices of the graph's inputs. What the first layer's gates take from the word is among the tensors.
// Nothing where no state or other input comes in behind them, or where nothing depends on them. Shapes must be static.
std::optional<WordGraphs> CutBehindWord(const ir::Graph& graph, std::span<const std::size_t> word_inputs);

// The same graph with one more output, the first.
ir::Graph WithOutput(const ir::Graph& graph, ir::ValueId value, const std::string& name);

}  // namespace stepwell::apps
