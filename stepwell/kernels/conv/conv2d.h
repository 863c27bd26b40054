#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "stepwell/base/memory.h"
#include "stepwell/base/parallel.h"

namespace stepwell::kernels {

// A 2-D convolution (cross-correlation) of x [batch, in_channels, in_height, in_width] with weights
// [out_channels, in_channels / groups, kernel_height, kernel_width], all in NCHW / OIHW order as OpenVINO has them.
// With groups, the n-th part of the output channels sees the n-th part of the input channels only.
struct Conv2dShape {
  std::int64_t batch = 1;
  std::int64_t in_channels = 1, in_height = 1, in_width = 1;
  std::int64_t out_channels = 1, kernel_height = 1, kernel_width = 1;
  std::int64_t stride_height = 1, stride_width = 1;
  std::int64_t dilation_height = 1, dilation_width = 1;  // 1: taps are neighbours
  std::int64_t pad_top = 0, pad_bottom = 0, pad_left = 0, pad_right = 0;
  std::int64_t groups = 1;  // divides both channels

  // Extents of the output; at least 1 in a valid shape.
  std::int64_t out_height() const;
  std::int64_t out_width() const;
};

enum class Conv2dActivation : std::uint8_t { kNone, kRelu };

// One convolution (without groups) for one shape, its weights packed once. Free to share. A batch gives the same bits
// as its images one by one, and so does any number of threads.
class Conv2dPlan {
 public:
  // `weights` are fp32 at any alignment; `bias` [out_channels] or empty. Throws Error(kInvalidArgument) when the shape
  // or the sizes do not fit.
  Conv2dPlan(const Conv2dShape& shape, const SharedBytes& weights, std::span<const float> bias,
             Conv2dActivation activation);
  Conv2dPlan(Conv2dPlan&&) noexcept;
  Conv2dPlan& operator=(Conv2dPlan&&) noexcept;
  ~Conv2dPlan();

  // Memory that Run works in, aligned to 64 bytes, for a team of that many members.
  std::size_t ScratchBytes(int members) const;
  // x [batch, in_channels, in_height, in_width] -> out [batch, out_channels, out_height, out_width].
  void Run(std::span<const float> x, std::span<float> out, std::span<std::byte> scratch,
           WorkerTeam& team = WorkerTeam::Shared()) const;

  class Impl;

 private:
  std::unique_ptr<Impl> impl_;
};

// Throw Error(kInvalidArgument) where an extent is below 1, a pad negative, the kernel larger than its padded input, or
// the bytes of the weights or the bias (which may be empty) are not as many as the shape asks for.
void RequireShape(const Conv2dShape& shape);
void RequireSizes(const Conv2dShape& shape, const SharedBytes& weights, std::span<const float> bias);

// The same by its definition, in double, for tests and for the verifier. Knows groups.
void ReferenceConv2d(const Conv2dShape& shape, std::span<const float> x, std::span<const float> weights,
                     std::span<const float> bias, Conv2dActivation activation, std::span<float> out);

}  // namespace stepwell::kernels
