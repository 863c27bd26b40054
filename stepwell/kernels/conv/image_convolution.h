#pragma once

#include <cstddef>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "stepwell/base/lazy_bytes.h"
#include "stepwell/base/packed_blocks.h"
#include "stepwell/base/parallel.h"
#include "stepwell/kernels/conv/conv2d.h"

namespace stepwell::kernels {

// A convolution of images whose channels lie side by side, and what follows it, in one pass: out = clamp(bias +
// convolution of x (+ residual), low, high), with x [batch, in_height, in_width, in_channels] and out and residual
// [batch, out_height, out_width, out_channels]. Free to share.
//
// The rows of an image are cut into bands, so that threads share the work of one image. Neither batch nor threads
// change a bit of the result.
class ImageConvolution {
 public:
  struct Epilogue {
    enum class Residual : std::uint8_t { kNone, kAdded };
    Residual residual = Residual::kNone;
    float low = -std::numeric_limits<float>::infinity();
    float high = std::numeric_limits<float>::infinity();
  };

  // `threads`: of the team that it is going to run on. Throws Error(kInvalidArgument) for a shape that does not fit and
  // Error(kUnsupported) where there is no kernel.
  ImageConvolution(const Conv2dShape& shape, const Epilogue& epilogue, int threads);
  ImageConvolution(ImageConvolution&&) noexcept;
  ImageConvolution& operator=(ImageConvolution&&) noexcept;
  ~ImageConvolution();

  // Equal for convolutions that read the same packed weights.
  std::string Packing() const;
  // fp32 weights [out_channels, in_channels / groups, kernel_height, kernel_width] at any alignment, as one of
  // `blocks`.
  SharedBytes Pack(const LazyBytes& weights, PackedBlocks& blocks = PackedBlocks::Fresh()) const;

  // Memory that Run works in, aligned to 64 bytes, for a team of that many members.
  std::size_t ScratchBytes(int members) const;
  // `bias` is [out_channels]; `residual` is empty where none is added, and must not overlap `out`.
  struct Arguments {
    std::span<const float> x;
    std::span<const std::byte> packed;
    std::span<const float> bias;
    std::span<const float> residual;
    std::span<float> out;
    std::span<std::byte> scratch;
  };
  void Run(const Arguments& arguments, WorkerTeam& team = WorkerTeam::Shared()) const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace stepwell::kernels
