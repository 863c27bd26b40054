#include "stepwell/kernels/audio/real_dft.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <numbers>

#include "stepwell/base/checked.h"
#include "stepwell/base/error.h"

namespace stepwell::kernels {
namespace {

using Complex = std::complex<double>;

bool IsPowerOfTwo(std::int64_t size) { return std::has_single_bit(static_cast<std::uint64_t>(size)); }

// std::complex's product checks for NaN; this one does not need to.
Complex Product(const Complex& a, const Complex& b) {
  return {a.real() * b.real() - a.imag() * b.imag(), a.real() * b.imag() + a.imag() * b.real()};
}

// Copies x with the bits of each index in reversed order.
void CopyReversed(std::span<const double> x, std::span<Complex> out) {
  std::size_t reversed = 0;
  for (std::size_t n = 0; n < x.size(); ++n) {
    out[reversed] = x[n];
    // Adds one to `reversed` from its highest bit downwards.
    std::size_t bit = x.size() >> 1;
    for (; (reversed & bit) != 0; bit >>= 1) reversed ^= bit;
    reversed |= bit;
  }
}

// Decimation in time (Cooley and Tukey, 1965), in place.
void Transform(std::span<Complex> values, std::span<const Complex> turns) {
  const std::size_t size = values.size();
  for (std::size_t half = 1; half < size; half *= 2) {
    const std::size_t turn_step = size / (2 * half);
    for (std::size_t begin = 0; begin < size; begin += 2 * half) {
      for (std::size_t k = 0; k < half; ++k) {
        const Complex even = values[begin + k];
        const Complex odd = Product(values[begin + half + k], turns[k * turn_step]);
        values[begin + k] = even + odd;
        values[begin + half + k] = even - odd;
      }
    }
  }
}

}  // namespace

RealDft::RealDft(std::int64_t size) : size_(size) {
  Require(size >= 1, ErrorKind::kInvalidArgument, "a Fourier transform needs at least one sample");
  if (size > kMostByDefinition && !IsPowerOfTwo(size)) {
    throw Error(ErrorKind::kUnsupported, fmt::format("a Fourier transform of {} samples is not supported: beyond {}, "
                                                     "their number must be a power of two",
                                                     size, kMostByDefinition));
  }
  turns_.reserve(AsSize(size));
  for (std::int64_t k = 0; k < size; ++k) {
    const double angle = -2 * std::numbers::pi * static_cast<double>(k) / static_cast<double>(size);
    turns_.emplace_back(std::cos(angle), std::sin(angle));
  }
}

void RealDft::Run(std::span<const double> x, std::span<Complex> out, std::span<Complex> scratch) const {
  STEPWELL_CHECK(x.size() == AsSize(size_) && out.size() == AsSize(bins()));
  STEPWELL_CHECK(scratch.size() >= AsSize(scratch_elements()));
  if (!IsPowerOfTwo(size_)) return RunByDefinition(x, out);
  const auto values = scratch.first(x.size());
  CopyReversed(x, values);
  Transform(values, turns_);
  std::copy_n(values.begin(), out.size(), out.begin());
}

void RealDft::RunByDefinition(std::span<const double> x, std::span<Complex> out) const {
  for (std::size_t k = 0; k < out.size(); ++k) {
    Complex sum = 0;
    std::size_t turn = 0;  // n * k, modulo the size
    for (const double sample : x) {
      sum += sample * turns_[turn];
      turn += k;
      if (turn >= turns_.size()) turn -= turns_.size();
    }
    out[k] = sum;
  }
}

}  // namespace stepwell::kernels
