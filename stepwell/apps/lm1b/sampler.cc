#include "stepwell/apps/lm1b/sampler.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "stepwell/base/error.h"

namespace stepwell::apps {
namespace {

constexpr std::size_t kFirstSorted = 256;
// exp() of less is 0 in fp32, and such words have no probability.
constexpr double kLeastAbove = -104;

void RequireInRange(const SamplerOptions& options) {
  const auto refuse = [](const char* name, const char* range, auto value) {
    throw Error(ErrorKind::kInvalidArgument, fmt::format("{} must be {}, {} given", name, range, value));
  };
  if (!(options.temperature >= 0 && std::isfinite(options.temperature))) {
    refuse("the temperature", "0 or a positive number", options.temperature);
  }
  if (options.top_k && *options.top_k < 1) refuse("top-k", "at least 1", *options.top_k);
  if (!(options.top_p > 0 && options.top_p <= 1)) refuse("top-p", "over 0 and at most 1", options.top_p);
}

}  // namespace

std::vector<RankedWord> LikeliestWords(std::span<const float> probabilities, std::size_t most) {
  std::vector<std::int32_t> ids(probabilities.size());
  std::iota(ids.begin(), ids.end(), 0);
  const std::size_t count = std::min(most, ids.size());
  const auto probability = [&](std::int32_t id) { return probabilities[static_cast<std::size_t>(id)]; };
  std::partial_sort(ids.begin(), ids.begin() + static_cast<std::ptrdiff_t>(count), ids.end(),
                    [&](std::int32_t a, std::int32_t b) {
                      return probability(a) != probability(b) ? probability(a) > probability(b) : a < b;
                    });
  std::vector<RankedWord> words;
  for (std::size_t i = 0; i < count; ++i) words.push_back({ids[i], probability(ids[i])});
  return words;
}

Sampler::Sampler(const SamplerOptions& options, std::vector<std::int32_t> never)
    : options_(options), never_(std::move(never)), random_(options.seed) {
  RequireInRange(options_);
  std::sort(never_.begin(), never_.end());
}

std::int32_t Sampler::Draw(std::span<const float> probabilities) {
  LoadWeights(probabilities);
  if (options_.temperature == 0) return std::min_element(words_.begin(), words_.end(), IsLikelier)->id;
  return DrawWord();
}

std::optional<std::int64_t> Sampler::words_drawn_from() const {
  return options_.temperature == 0 ? std::optional<std::int64_t>(1) : options_.top_k;
}

std::int32_t Sampler::DrawLogits(std::span<const kernels::RankedLogit> logits) {
  Require(!logits.empty(), ErrorKind::kInvalidArgument, "there is no word that may be drawn");
  for (const kernels::RankedLogit& word : logits) {
    if (std::isfinite(word.logit) || (std::isinf(word.logit) && word.logit < 0)) continue;
    throw Error(ErrorKind::kInvalidArgument, fmt::format("the logit of word {} is {}", word.row, word.logit));
  }
  const auto most = static_cast<double>(logits.front().logit);
  Require(std::isfinite(most), ErrorKind::kInvalidArgument, "no word that may be drawn has a positive probability");
  if (options_.temperature == 0) return logits.front().row;
  words_.clear();
  for (const kernels::RankedLogit& word : logits) {
    const double above = static_cast<double>(word.logit) - most;
    if (above > kLeastAbove) words_.push_back({word.row, std::exp(above / options_.temperature)});
  }
  // As Draw() has them when it leaves none out.
  if (!options_.top_k || std::cmp_less(words_.size(), *options_.top_k)) {
    std::sort(words_.begin(), words_.end(), [](const Weighted& a, const Weighted& b) { return a.id < b.id; });
  }
  return DrawWord();
}

std::int32_t Sampler::DrawWord() {
  KeepLikeliest();
  double total = 0;
  for (const Weighted& word : words_) total += word.weight;
  double left = random_.NextUnit() * total;
  for (const Weighted& word : words_) {
    left -= word.weight;
    if (left < 0) return word.id;
  }
  return words_.back().id;  // rounding took the last step
}

// The words that may be drawn, with weights of at most 1, in the order of their ids.
void Sampler::LoadWeights(std::span<const float> probabilities) {
  words_.clear();
  float most = 0;
  auto never = never_.begin();
  for (std::size_t i = 0; i < probabilities.size(); ++i) {
    const auto id = static_cast<std::int32_t>(i);
    const float p = probabilities[i];
    if (!(p >= 0)) {
      throw Error(ErrorKind::kInvalidArgument, fmt::format("the probability of word {} is {}", id, p));
    }
    while (never != never_.end() && *never < id) ++never;
    if (p == 0 || (never != never_.end() && *never == id)) continue;
    most = std::max(most, p);
    words_.push_back({id, p});
  }
  Require(!words_.empty(), ErrorKind::kInvalidArgument, "no word that may be drawn has a positive probability");
  const double exponent = options_.temperature == 0 ? 1 : 1 / options_.temperature;
  for (Weighted& word : words_) word.weight = exponent == 1 ? word.weight : std::pow(word.weight / most, exponent);
}

void Sampler::KeepLikeliest() {
  const auto begin = words_.begin();
  if (options_.top_k && std::cmp_less(*options_.top_k, words_.size())) {
    std::partial_sort(begin, begin + *options_.top_k, words_.end(), IsLikelier);
    words_.resize(static_cast<std::size_t>(*options_.top_k));
  }
  if (options_.top_p >= 1) return;
  double total = 0;
  for (const Weighted& word : words_) total += word.weight;
  KeepShare(options_.top_p * total);
}

// Keeps the fewest likeliest words whose weights reach `share`. Usually few do, so they are sorted as they are needed.
void Sampler::KeepShare(double share) {
  double reached = 0;
  std::size_t sorted = 0;
  for (std::size_t i = 0; i < words_.size(); ++i) {
    if (i == sorted) {
      sorted = std::min(words_.size(), std::max(kFirstSorted, 4 * sorted));
      const auto begin = words_.begin() + static_cast<std::ptrdiff_t>(i);
      std::partial_sort(begin, words_.begin() + static_cast<std::ptrdiff_t>(sorted), words_.end(), IsLikelier);
    }
    reached += words_[i].weight;
    if (reached >= share) {
      words_.resize(i + 1);
      return;
    }
  }
}

}  // namespace stepwell::apps
