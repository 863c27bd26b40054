#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace stepwell::kernels {

// The inputs that some rows of activations need: those that are not exactly zero in all of them. Clipped ReLUs leave
// most at exactly zero, and the weights of such an input need not be read: a zero times a finite weight adds nothing to
// a sum, whose bits stay as they are (a sum that begins with +0 never is -0). NaN is no zero. Lives on the stack of
// whoever multiplies.
class KeptInputs {
 public:
  // With more inputs, or with an eighth of zeros at most, looking at a list costs more than it saves.
  static constexpr std::int64_t kMost = 8192;

  KeptInputs() = default;
  // a: [rows] pointers to [inputs].
  KeptInputs(const float* const* a, std::int64_t rows, std::int64_t inputs);

  // Null when all inputs are needed, or nearly all.
  const KeptInputs* IfAnySkipped() const { return skips_ ? this : nullptr; }
  // In rising order; only if any are skipped.
  std::span<const std::int32_t> indices() const { return {indices_.data(), count_}; }

 private:
  std::array<std::int32_t, kMost> indices_;  // the first count_ are set
  std::size_t count_ = 0;
  bool skips_ = false;
};

}  // namespace stepwell::kernels
