#pragma once

#include <memory>
#include <vector>

#include "stepwell/apps/lm1b/sampler.h"
#include "stepwell/state/stream_part.h"

namespace stepwell::apps {

// What a text in the making remembers beside the model's states: the random generator, and what was said of the word to
// come.
class WordPart final : public state::StreamPart {
 public:
  WordPart(Sampler sampler, std::size_t classes) : sampler_(std::move(sampler)), classes_(classes) {}

  Sampler& sampler() { return sampler_; }
  // [classes], or empty before the first word.
  const std::vector<float>& probabilities() const { return probabilities_; }
  // Keeps the values of `probabilities` [classes] and leaves it what memory there was.
  void TakeProbabilities(std::vector<float>& probabilities) { probabilities_.swap(probabilities); }

  std::string_view kind() const override { return "lm_1b 1"; }
  std::unique_ptr<StreamPart> Fresh() const override;
  void Save(ByteWriter& writer) const override;
  void Restore(ByteReader& reader) override;

 private:
  Sampler sampler_;
  std::size_t classes_;
  std::vector<float> probabilities_;
};

}  // namespace stepwell::apps
