#include "stepwell/kernels/topk/exact_top_k.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "stepwell/base/checked.h"
#include "stepwell/base/error.h"
#include "stepwell/kernels/topk/top_k_memory.h"
#include "stepwell/kernels/topk/top_k_search.h"

namespace stepwell::kernels {
namespace {

// exp() and log() of the system are off by 2 units of the last place, sums of n such numbers by n more.
double RoundingOfSum(std::size_t terms) { return static_cast<double>(terms + 8) * 0x1p-51; }

}  // namespace

ExactTopK::ExactTopK(const WeightSource& weights, std::vector<float> bias, WorkerTeam& team)
    : weights_(weights), bias_(std::move(bias)), rounded_(weights_, team) {
  STEPWELL_CHECK(bias_.empty() || std::ssize(bias_) == rows());
}

ExactTopK::ExactTopK(const WeightSource& weights, std::vector<float> bias, RoundedRows rounded)
    : weights_(weights), bias_(std::move(bias)), rounded_(std::move(rounded)) {
  STEPWELL_CHECK(bias_.empty() || std::ssize(bias_) == rows());
  STEPWELL_CHECK(rounded_.rows() == rows());
}

std::shared_ptr<TopKMemory> ExactTopK::MakeMemory() { return std::make_shared<TopKMemory>(); }

TopK ExactTopK::Find(std::span<const float> activation, std::int64_t k, std::span<const std::int32_t> excluded,
                     TopKMemory& memory, WorkerTeam& team) const {
  return TopKSearch(*this, activation, excluded, memory, team).Find(k);
}

void ExactTopK::AllLogits(std::span<const float> activation, std::span<float> logits, TopKMemory& memory,
                          WorkerTeam& team) const {
  TopKSearch(*this, activation, {}, memory, team).AllLogits(logits);
}

LogNormaliser ExactTopK::ExactNormaliser(std::span<const float> activation, TopKMemory& memory,
                                         WorkerTeam& team) const {
  std::vector<float> logits(AsSize(rows()));
  AllLogits(activation, logits, memory, team);
  const auto largest = static_cast<double>(*std::max_element(logits.begin(), logits.end()));
  double sum = 0;
  for (const float logit : logits) sum += std::exp(static_cast<double>(logit) - largest);
  return {largest + std::log(sum), RoundingOfSum(logits.size())};
}

LogNormaliser ExactTopK::BoundedNormaliser(const TopKMemory& memory) const {
  const std::vector<LogitBound> bounds = memory.KnownBounds(rounded_.facts(), bias_);
  double largest = -std::numeric_limits<double>::infinity();
  for (const LogitBound& bound : bounds) largest = std::max(largest, bound.estimate);
  double sum = 0, low = 0, high = 0;
  for (const LogitBound& bound : bounds) {
    const double middle = bound.estimate - largest;
    sum += std::exp(middle);
    low += std::exp(middle - bound.error);
    high += std::exp(middle + bound.error);
  }
  const double value = std::log(sum);
  const double error = std::max(std::log(high) - value, value - std::log(low)) + RoundingOfSum(bounds.size());
  return {largest + value, std::isnan(error) ? std::numeric_limits<double>::infinity() : error};
}

}  // namespace stepwell::kernels
