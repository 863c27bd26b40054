#pragma once

#include <complex>
#include <cstdint>
#include <span>
#include <vector>

namespace stepwell::kernels {

// The discrete Fourier transform of `size` real samples: out[k] = sum over n of x[n] * exp(-2 pi i n k / size) for
// k = 0 .. size/2. Computed in double; O(size log size) for powers of two, O(size^2) for other sizes. Immutable, free
// to share.
class RealDft {
 public:
  // Of other sizes than powers of two: far above a frame of sound, and a second's work.
  static constexpr std::int64_t kMostByDefinition = 32768;

  // Throws Error(kInvalidArgument) for sizes below 1, Error(kUnsupported) for those that would take too long.
  explicit RealDft(std::int64_t size);

  std::int64_t size() const { return size_; }
  std::int64_t bins() const { return size_ / 2 + 1; }
  // Elements of the scratch that Run works in.
  std::int64_t scratch_elements() const { return size_; }
  // x [size] -> out [bins]; `scratch` [scratch_elements]. Allocates nothing.
  void Run(std::span<const double> x, std::span<std::complex<double>> out,
           std::span<std::complex<double>> scratch) const;

 private:
  void RunByDefinition(std::span<const double> x, std::span<std::complex<double>> out) const;

  std::int64_t size_;
  std::vector<std::complex<double>> turns_;  // exp(-2 pi i k / size)
};

}  // namespace stepwell::kernels
