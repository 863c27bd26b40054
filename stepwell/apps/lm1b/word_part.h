#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "stepwell/apps/lm1b/sampler.h"
#include "stepwell/state/stream_part.h"

namespace stepwell::apps {

// What a text in the making remembers beside the model's states: the random generator, and what was said of the word to
// come.
class WordPart final : public state::StreamPart {
 public:
  // What is said of a word: the probabilities of all, or the hidden row that they would be computed from.
  enum class Said : std::uint8_t { kProbabilities, kHidden };

  WordPart(Sampler sampler, Said said, std::size_t size) : sampler_(std::move(sampler)), said_(said), size_(size) {}

  Sampler& sampler() { return sampler_; }
  // [size], or empty before the first word.
  const std::vector<float>& values() const { return values_; }
  // Keeps the `values` [size] and leaves it what memory there was.
  void Take(std::vector<float>& values) { values_.swap(values); }

  std::string_view kind() const override { return said_ == Said::kHidden ? "lm_1b hidden 1" : "lm_1b 1"; }
  std::unique_ptr<StreamPart> Fresh() const override;
  void Save(ByteWriter& writer) const override;
  void Restore(ByteReader& reader) override;

 private:
  Sampler sampler_;
  Said said_;
  std::size_t size_;
  std::vector<float> values_;
};

}  // namespace stepwell::apps
