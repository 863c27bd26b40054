#include "stepwell/kernels/conv/conv2d.h"

#include <fmt/format.h>

#include <algorithm>

#include "stepwell/base/checked.h"
#include "stepwell/base/error.h"
#include "stepwell/kernels/conv/conv2d_impl.h"

namespace stepwell::kernels {
namespace {

std::int64_t OutExtent(std::int64_t in, std::int64_t pads, std::int64_t kernel, std::int64_t dilation,
                       std::int64_t stride) {
  const std::int64_t span = CheckedAdd(CheckedMul(kernel - 1, dilation), std::int64_t{1});
  const std::int64_t padded = CheckedAdd(in, pads);
  return padded < span ? 0 : (padded - span) / stride + 1;
}

}  // namespace

void RequireShape(const Conv2dShape& shape) {
  const auto extents = {shape.in_channels,     shape.in_height,      shape.in_width,      shape.out_channels,
                        shape.kernel_height,   shape.kernel_width,   shape.stride_height, shape.stride_width,
                        shape.dilation_height, shape.dilation_width, shape.groups};
  const auto pads = {shape.pad_top, shape.pad_bottom, shape.pad_left, shape.pad_right, shape.batch};
  Require(std::min(extents) >= 1 && std::min(pads) >= 0, ErrorKind::kInvalidArgument,
          "a convolution has an extent below 1 or a negative padding");
  Require(shape.out_height() >= 1 && shape.out_width() >= 1, ErrorKind::kInvalidArgument,
          "a convolution's kernel is larger than its padded input");
  Require(shape.in_channels % shape.groups == 0 && shape.out_channels % shape.groups == 0, ErrorKind::kInvalidArgument,
          "a convolution's groups do not divide its channels");
}

void RequireSizes(const Conv2dShape& shape, const SharedBytes& weights, std::span<const float> bias) {
  const std::int64_t taps = CheckedMul(shape.kernel_height, shape.kernel_width);
  const std::int64_t filter = CheckedMul(shape.in_channels / shape.groups, taps);
  const std::int64_t expected = CheckedMul(shape.out_channels, filter);
  if (weights.size() != AsSize(expected) * sizeof(float)) {
    throw Error(ErrorKind::kInvalidArgument, fmt::format("a convolution's weights have {} bytes, expected {}",
                                                         weights.size(), expected * std::int64_t{sizeof(float)}));
  }
  if (!bias.empty() && std::ssize(bias) != shape.out_channels) {
    throw Error(ErrorKind::kInvalidArgument,
                fmt::format("a convolution's bias has {} elements for {} channels", bias.size(), shape.out_channels));
  }
}

std::int64_t Conv2dShape::out_height() const {
  return OutExtent(in_height, CheckedAdd(pad_top, pad_bottom), kernel_height, dilation_height, stride_height);
}
std::int64_t Conv2dShape::out_width() const {
  return OutExtent(in_width, CheckedAdd(pad_left, pad_right), kernel_width, dilation_width, stride_width);
}

Conv2dPlan::Conv2dPlan(const Conv2dShape& shape, const SharedBytes& weights, std::span<const float> bias,
                       Conv2dActivation activation) {
  RequireShape(shape);
  RequireSizes(shape, weights, bias);
  Require(shape.groups == 1, ErrorKind::kInvalidArgument, "this convolution knows no groups");
  const auto make = Impl::HasContiguousPatches(shape) ? Impl::MakeContiguous : Impl::MakeSliced;
  impl_ = make(shape, weights, bias, activation);
  weights.ReleasePages();
}
Conv2dPlan::Conv2dPlan(Conv2dPlan&&) noexcept = default;
Conv2dPlan& Conv2dPlan::operator=(Conv2dPlan&&) noexcept = default;
Conv2dPlan::~Conv2dPlan() = default;

std::size_t Conv2dPlan::ScratchBytes(int members) const { return AsSize(members) * impl_->MemberScratchBytes(); }

void Conv2dPlan::Run(std::span<const float> x, std::span<float> out, std::span<std::byte> scratch,
                     WorkerTeam& team) const {
  const Conv2dShape& shape = impl_->shape();
  STEPWELL_CHECK(x.size() == AsSize(shape.batch * impl_->image_elements()));
  STEPWELL_CHECK(out.size() == AsSize(shape.batch * shape.out_channels * impl_->positions()));
  STEPWELL_CHECK(scratch.size() >= ScratchBytes(team.num_threads()));
  impl_->Run(x.data(), out.data(), scratch.data(), team);
}

}  // namespace stepwell::kernels
