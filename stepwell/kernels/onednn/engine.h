#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>

#include "stepwell/kernels/conv/conv2d.h"

// The one place that knows oneDNN, and its version 2 from its version 3. Everything here works on the calling thread
// alone: Debian's oneDNN is built with OpenMP, which would start a second team of threads beside ours, so OpenMP is
// told for the time of each call that there is one thread.
namespace stepwell::kernels::onednn {

// A convolution of one image (the shape's batch must be 1), for weights and bias given later.
struct ConvolutionSpec {
  // Of x and the result: [channels, height, width], or [height, width, channels].
  enum class Layout : std::uint8_t { kChannelsFirst, kChannelsLast };
  // What the output holds before: nothing of interest, or what the result is added to.
  enum class Output : std::uint8_t { kWritten, kAddedTo };

  Conv2dShape shape;
  Layout layout = Layout::kChannelsFirst;
  Output output = Output::kWritten;
  float low = -std::numeric_limits<float>::infinity();  // bounds of the result; a ReLU is low = 0
  float high = std::numeric_limits<float>::infinity();
};

// Free to share. Throws Error(kUnsupported) where oneDNN declines.
class Convolution {
 public:
  explicit Convolution(const ConvolutionSpec& spec);
  Convolution(Convolution&&) noexcept;
  Convolution& operator=(Convolution&&) noexcept;
  ~Convolution();

  // Bytes of the weights in the layout that this primitive reads, and the conversion to it from [out_channels,
  // in_channels / groups, kernel_height, kernel_width]. Both are aligned to 64 bytes.
  std::size_t WeightBytes() const;
  void PackWeights(const float* weights, std::byte* packed) const;
  // Equal for convolutions that read the same packed weights.
  std::string Packing() const;

  std::size_t ScratchBytes() const;
  // `bias` is [out_channels]; `scratch` is aligned to 64 bytes. oneDNN allocates a few small objects per call.
  void Run(const float* x, const std::byte* packed, const float* bias, float* out, std::byte* scratch) const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace stepwell::kernels::onednn
