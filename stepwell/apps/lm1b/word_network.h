#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "stepwell/apps/lm1b/word_cache.h"
#include "stepwell/apps/lm1b/word_ports.h"
#include "stepwell/kernels/topk/exact_top_k.h"
#include "stepwell/runtime/loaded_model.h"
#include "stepwell/state/state_layout.h"
#include "stepwell/state/stepper.h"

namespace stepwell::apps {

struct WordModelOptions {
  // What is computed of the word to come.
  enum class Head : std::uint8_t {
    kProbabilities,   // of all words
    kTopKWhereExact,  // only what finds the likeliest words (kernels/topk), if the model's softmax is of fp32 weights
  };
  Head head = Head::kProbabilities;
  std::size_t most_cached_bytes = std::size_t{128} << 20;  // of what depends on a word alone, for words seen before
};

// The computations that a word model is run by: of the word alone, whose results are remembered; of all that follows;
// and of the likeliest words. All have the bits of the model run as a whole. Immutable but for the memory of words;
// free to share between threads.
class WordNetwork {
 public:
  WordNetwork(std::shared_ptr<const runtime::LoadedModel> model, WordPorts ports, const WordModelOptions& options);

  const WordPorts& ports() const { return ports_; }
  const std::shared_ptr<const state::StateLayout>& layout() const { return layout_; }
  // What takes the word's tensors (or the model's own inputs, where there is no word_plan()) and a text's states and
  // gives, as its only output, the probabilities, or with top_k() the hidden row that they come from.
  state::Stepper MakeStepper() const;
  // What makes the word's tensors of its characters, in the order in which the stepper takes them; null where the graph
  // could not be cut. The inputs have the names that they have in the model's graph.
  const std::shared_ptr<const runtime::Plan>& word_plan() const { return word_plan_; }
  WordCache& words() const { return *words_; }
  // Null unless asked for and possible.
  const kernels::ExactTopK* top_k() const { return top_k_.get(); }

 private:
  // The model for one word at a time, all shapes known; nothing where it does not take such shapes.
  std::optional<ir::Graph> StaticGraph() const;
  void Cut(const ir::Graph& graph);
  ir::Graph WithHead(const ir::Graph& graph);

  std::shared_ptr<const runtime::LoadedModel> model_;
  WordPorts ports_;
  WordModelOptions options_;

  std::shared_ptr<const runtime::LoadedModel> text_model_;
  std::shared_ptr<const state::StateLayout> layout_;
  std::shared_ptr<const runtime::Plan> word_plan_;
  std::shared_ptr<const kernels::ExactTopK> top_k_;
  std::unique_ptr<WordCache> words_;
};

}  // namespace stepwell::apps
