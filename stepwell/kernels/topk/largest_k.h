#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace stepwell::kernels {

// The rows of the k largest of a long series of numbers, -infinity not counted; few of them are looked at twice. Not
// thread-safe.
class LargestK {
 public:
  struct Entry {
    float value;
    std::int32_t row;
  };

  void Start(std::size_t k) {
    k_ = k;
    least_ = -std::numeric_limits<float>::infinity();
    kept_.clear();
  }

  // Of consecutive rows.
  void Offer(std::span<const float> values, std::int64_t first_row) {
    for (std::size_t at = 0; at < values.size(); ++at) {
      if (values[at] > least_) Keep({values[at], static_cast<std::int32_t>(first_row) + static_cast<std::int32_t>(at)});
    }
  }
  void Offer(const LargestK& other) {
    for (const Entry& entry : other.kept_) {
      if (entry.value > least_) Keep(entry);
    }
  }

  // In no order; fewer than k when there were fewer.
  std::span<const Entry> Finish() {
    if (kept_.size() > k_) Cut();
    return kept_;
  }

 private:
  void Keep(const Entry& entry) {
    kept_.push_back(entry);
    if (kept_.size() >= 2 * k_ + 64) Cut();
  }

  void Cut() {
    if (k_ == 0) return kept_.clear();
    const auto kth = kept_.begin() + static_cast<std::ptrdiff_t>(k_ - 1);
    std::nth_element(kept_.begin(), kth, kept_.end(), [](const Entry& a, const Entry& b) { return a.value > b.value; });
    kept_.resize(k_);
    least_ = kept_.back().value;
  }

  std::size_t k_ = 0;
  float least_ = 0;  // what is not above it is not among the k largest
  std::vector<Entry> kept_;
};

}  // namespace stepwell::kernels
