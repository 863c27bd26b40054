#include "stepwell/kernels/conv/conv2d.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "stepwell/base/checked.h"
#include "stepwell/base/error.h"
#include "stepwell/kernels/onednn/engine.h"

namespace stepwell::kernels {
namespace {

constexpr std::size_t kAlignment = AlignedBuffer::kAlignment;
// Below this many multiply-adds a second thread costs more than it saves.
constexpr std::int64_t kLeastForTeam = 1 << 18;

std::int64_t OutExtent(std::int64_t in, std::int64_t pads, std::int64_t kernel, std::int64_t dilation,
                       std::int64_t stride) {
  const std::int64_t span = (kernel - 1) * dilation + 1;
  return in + pads < span ? 0 : (in + pads - span) / stride + 1;
}

std::size_t RoundedUp(std::size_t bytes) { return (bytes + kAlignment - 1) / kAlignment * kAlignment; }

std::int64_t ImageElements(const Conv2dShape& shape) { return shape.in_channels * shape.in_height * shape.in_width; }
std::int64_t FilterElements(const Conv2dShape& shape) {
  return shape.in_channels * shape.kernel_height * shape.kernel_width;
}
std::int64_t OutPositions(const Conv2dShape& shape) { return shape.out_height() * shape.out_width(); }

void CheckShape(const Conv2dShape& shape) {
  const auto extents = {shape.in_channels,     shape.in_height,     shape.in_width,      shape.out_channels,
                        shape.kernel_height,   shape.kernel_width,  shape.stride_height, shape.stride_width,
                        shape.dilation_height, shape.dilation_width};
  const auto pads = {shape.pad_top, shape.pad_bottom, shape.pad_left, shape.pad_right, shape.batch};
  Require(std::min(extents) >= 1 && std::min(pads) >= 0, ErrorKind::kInvalidArgument,
          "a convolution has an extent below 1 or a negative padding");
  Require(shape.out_height() >= 1 && shape.out_width() >= 1, ErrorKind::kInvalidArgument,
          "a convolution's kernel is larger than its padded input");
}

void CheckSizes(const Conv2dShape& shape, const SharedBytes& weights, std::span<const float> bias) {
  const std::int64_t expected = CheckedMul(shape.out_channels, FilterElements(shape));
  if (weights.size() != AsSize(expected) * sizeof(float)) {
    throw Error(ErrorKind::kInvalidArgument, fmt::format("a convolution's weights have {} bytes, expected {}",
                                                         weights.size(), expected * std::int64_t{sizeof(float)}));
  }
  if (!bias.empty() && std::ssize(bias) != shape.out_channels) {
    throw Error(ErrorKind::kInvalidArgument,
                fmt::format("a convolution's bias has {} elements for {} channels", bias.size(), shape.out_channels));
  }
}

// Output channels of one piece of work: the same for any number of threads, so that bits do not depend on it.
std::int64_t ChannelsPerSlice(std::int64_t channels) {
  constexpr std::int64_t kMostSlices = 8;
  constexpr std::int64_t kGrain = 32;
  const std::int64_t share = (channels + kMostSlices - 1) / kMostSlices;
  return std::min(channels, (share + kGrain - 1) / kGrain * kGrain);
}

Conv2dShape SliceShape(Conv2dShape shape, std::int64_t channels) {
  shape.batch = 1;
  shape.out_channels = channels;
  return shape;
}

}  // namespace

std::int64_t Conv2dShape::out_height() const {
  return OutExtent(in_height, pad_top + pad_bottom, kernel_height, dilation_height, stride_height);
}
std::int64_t Conv2dShape::out_width() const {
  return OutExtent(in_width, pad_left + pad_right, kernel_width, dilation_width, stride_width);
}

// The work is cut into slices of output channels, and each slice does one image at a time.
class Conv2dPlan::Impl {
 public:
  Impl(const Conv2dShape& shape, const SharedBytes& weights, std::span<const float> bias, Conv2dActivation activation)
      : shape_(shape), slice_channels_(ChannelsPerSlice(shape.out_channels)), bias_(AsSize(shape.out_channels)) {
    std::copy(bias.begin(), bias.end(), bias_.begin());
    whole_slices_ = shape.out_channels / slice_channels_;
    convolutions_.emplace_back(SliceShape(shape, slice_channels_), activation);
    const std::int64_t rest = shape.out_channels % slice_channels_;
    if (rest > 0) convolutions_.emplace_back(SliceShape(shape, rest), activation);
    for (std::int64_t slice = 0; slice < slices(); ++slice) PackSlice(slice, weights);
  }

  std::size_t MemberScratchBytes() const {
    std::size_t most = 0;
    for (const auto& convolution : convolutions_) most = std::max(most, convolution.ScratchBytes());
    return RoundedUp(most);
  }

  void Run(const float* x, float* out, std::byte* scratch, WorkerTeam& team) const {
    const auto compute = [&](Range pieces, std::byte* own_scratch) {
      for (std::int64_t piece = pieces.begin; piece < pieces.end; ++piece) RunPiece(piece, x, out, own_scratch);
    };
    const std::int64_t pieces = shape_.batch * slices();
    if (Work() < kLeastForTeam) return compute({0, pieces}, scratch);
    team.Run([&](int member) {
      compute(PartOf(pieces, 1, member, team.num_threads()), scratch + AsSize(member) * MemberScratchBytes());
    });
  }

  const Conv2dShape& shape() const { return shape_; }

 private:
  std::int64_t slices() const { return (shape_.out_channels + slice_channels_ - 1) / slice_channels_; }
  std::int64_t Work() const {
    return shape_.batch * shape_.out_channels * OutPositions(shape_) * FilterElements(shape_);
  }
  const onednn::Convolution& ConvolutionOf(std::int64_t slice) const {
    return slice < whole_slices_ ? convolutions_.front() : convolutions_.back();
  }

  void PackSlice(std::int64_t slice, const SharedBytes& weights) {
    const std::int64_t begin = slice * slice_channels_;
    const std::int64_t channels = std::min(slice_channels_, shape_.out_channels - begin);
    const std::size_t filter_bytes = AsSize(FilterElements(shape_)) * sizeof(float);
    AlignedBuffer aligned(AsSize(channels) * filter_bytes);
    std::memcpy(aligned.data(), weights.data() + AsSize(begin) * filter_bytes, aligned.size());
    packed_.emplace_back(ConvolutionOf(slice).WeightBytes());
    ConvolutionOf(slice).PackWeights(reinterpret_cast<const float*>(aligned.data()), packed_.back().data());
  }

  void RunPiece(std::int64_t piece, const float* x, float* out, std::byte* scratch) const {
    const std::int64_t image = piece / slices(), slice = piece % slices();
    const std::int64_t channel = slice * slice_channels_;
    ConvolutionOf(slice).Run(x + image * ImageElements(shape_), packed_[AsSize(slice)].data(), bias_.data() + channel,
                             out + (image * shape_.out_channels + channel) * OutPositions(shape_), scratch);
  }

  const Conv2dShape shape_;
  const std::int64_t slice_channels_;
  std::int64_t whole_slices_ = 0;
  std::vector<float> bias_;
  std::vector<onednn::Convolution> convolutions_;  // of a whole slice and, where one is left over, of the rest
  std::vector<AlignedBuffer> packed_;              // by slice
};

Conv2dPlan::Conv2dPlan(const Conv2dShape& shape, const SharedBytes& weights, std::span<const float> bias,
                       Conv2dActivation activation) {
  CheckShape(shape);
  CheckSizes(shape, weights, bias);
  impl_ = std::make_unique<Impl>(shape, weights, bias, activation);
  weights.ReleasePages();
}
Conv2dPlan::Conv2dPlan(Conv2dPlan&&) noexcept = default;
Conv2dPlan& Conv2dPlan::operator=(Conv2dPlan&&) noexcept = default;
Conv2dPlan::~Conv2dPlan() = default;

std::size_t Conv2dPlan::ScratchBytes(int members) const { return AsSize(members) * impl_->MemberScratchBytes(); }

void Conv2dPlan::Run(std::span<const float> x, std::span<float> out, std::span<std::byte> scratch,
                     WorkerTeam& team) const {
  const Conv2dShape& shape = impl_->shape();
  STEPWELL_CHECK(x.size() == AsSize(shape.batch * ImageElements(shape)));
  STEPWELL_CHECK(out.size() == AsSize(shape.batch * shape.out_channels * OutPositions(shape)));
  STEPWELL_CHECK(scratch.size() >= ScratchBytes(team.num_threads()));
  impl_->Run(x.data(), out.data(), scratch.data(), team);
}

}  // namespace stepwell::kernels
