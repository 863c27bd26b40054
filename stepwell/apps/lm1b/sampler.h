#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "stepwell/apps/lm1b/split_mix.h"
#include "stepwell/base/byte_stream.h"
#include "stepwell/kernels/topk/exact_top_k.h"

namespace stepwell::apps {

struct SamplerOptions {
  double temperature = 1;  // probabilities become p^(1/temperature); 0 takes the likeliest word
  std::optional<std::int64_t> top_k = std::nullopt;  // then only the k likeliest remain,
  double top_p = 1;  // then only the fewest likeliest that together reach this share of the rest
  std::uint64_t seed = 0;
};

struct RankedWord {
  std::int32_t id = 0;
  float probability = 0;
  friend bool operator==(const RankedWord&, const RankedWord&) = default;
};

// The `most` likeliest words, likeliest first; of equals the lower id. `probabilities` has one value per word.
std::vector<RankedWord> LikeliestWords(std::span<const float> probabilities, std::size_t most);

// Draws words; the same draws from the same options on every machine, up to the last bit of its exp(). One stream's:
// not thread-safe.
class Sampler {
 public:
  // Words `never` are not drawn. Throws Error(kInvalidArgument) for options out of range.
  explicit Sampler(const SamplerOptions& options, std::vector<std::int32_t> never = {});

  // probabilities [words], as a softmax gives them. Throws Error(kInvalidArgument) when none of the words that may be
  // drawn has a positive one, or some is NaN or negative.
  std::int32_t Draw(std::span<const float> probabilities);

  // The same from the logits of all words that may be drawn, or of the likeliest words_drawn_from() of them, likeliest
  // first. Up to rounding, it draws what Draw() would from the probabilities. Throws Error(kInvalidArgument) when there
  // are none, or one is infinite or NaN.
  std::int32_t DrawLogits(std::span<const kernels::RankedLogit> logits);
  // So many of the likeliest words, and no others, may be drawn; nothing when all may.
  std::optional<std::int64_t> words_drawn_from() const;
  // In rising order.
  const std::vector<std::int32_t>& never() const { return never_; }

  // Back to the seed.
  void Reset() { random_ = SplitMix64(options_.seed); }

  // What it remembers: the random generator.
  void Save(ByteWriter& writer) const { writer.Write(random_.state()); }
  void Restore(ByteReader& reader) { random_ = SplitMix64(reader.Read<std::uint64_t>()); }

 private:
  void LoadWeights(std::span<const float> probabilities);
  void KeepLikeliest();
  // Of words_.
  std::int32_t DrawWord();
  void KeepShare(double share);

  SamplerOptions options_;
  std::vector<std::int32_t> never_;
  SplitMix64 random_;

  struct Weighted {
    std::int32_t id;
    double weight;
  };
  static bool IsLikelier(const Weighted& a, const Weighted& b) {
    return a.weight != b.weight ? a.weight > b.weight : a.id < b.id;
  }
  std::vector<Weighted> words_;  // of the draw being made; kept only for its memory
};

}  // namespace stepwell::apps
