#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "stepwell/apps/lm1b/unique_characters.h"
#include "stepwell/apps/lm1b/word_network.h"
#include "stepwell/runtime/session.h"

namespace stepwell::apps {

// Makes what a WordNetwork's stepper takes of a word's characters. One stream's: not thread-safe.
class WordInput {
 public:
  // The network must outlive it. `ports`: the stepper's inputs.
  WordInput(const WordNetwork& network, std::span<const runtime::Plan::Port> ports);

  // In the order of the ports; valid until the next call.
  std::span<const ConstTensorView> Make(const std::vector<std::int32_t>& characters);

 private:
  // For inputs of the model's graph.
  std::vector<ConstTensorView> ViewsFor(std::span<const runtime::Plan::Port> ports,
                                        const std::vector<std::int32_t>& characters) const;
  WordCache::Value Compute(const std::vector<std::int32_t>& characters);

  const WordNetwork* network_;
  std::vector<runtime::Plan::Port> ports_;
  std::optional<runtime::Session> session_;  // of the word's plan, where there is one
  UniqueCharacters split_;
  WordCache::Value word_;  // the tensors of the word being added
  std::vector<ConstTensorView> views_;
};

}  // namespace stepwell::apps
