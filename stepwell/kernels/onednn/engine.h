#pragma once

#include <cstddef>
#include <memory>
#include <span>

#include "stepwell/kernels/conv/conv2d.h"

// The one place that knows oneDNN, and its version 2 from its version 3. Everything here works on the calling thread
// alone: Debian's oneDNN is built with OpenMP, which would start a second team of threads beside ours, so OpenMP is
// told for the time of each call that there is one thread.
namespace stepwell::kernels::onednn {

// A convolution of one image [in_channels, height, width] (the shape's batch must be 1), for weights and bias given
// later. Free to share. Throws Error(kUnsupported) where oneDNN declines.
class Convolution {
 public:
  Convolution(const Conv2dShape& shape, Conv2dActivation activation);
  Convolution(Convolution&&) noexcept;
  Convolution& operator=(Convolution&&) noexcept;
  ~Convolution();

  // Bytes of the weights in the layout that this primitive reads, and the conversion to it from [out_channels,
  // in_channels, kernel_height, kernel_width]. Both are aligned to 64 bytes.
  std::size_t WeightBytes() const;
  void PackWeights(const float* weights, std::byte* packed) const;

  std::size_t ScratchBytes() const;
  // `bias` is [out_channels]; `scratch` is aligned to 64 bytes. oneDNN allocates a few small objects per call.
  void Run(const float* x, const std::byte* packed, const float* bias, float* out, std::byte* scratch) const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace stepwell::kernels::onednn
