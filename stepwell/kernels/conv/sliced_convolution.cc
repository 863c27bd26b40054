#include <algorithm>
#include <cstring>
#include <vector>

#include "stepwell/base/checked.h"
#include "stepwell/kernels/conv/conv2d_impl.h"
#include "stepwell/kernels/onednn/engine.h"

namespace stepwell::kernels {
namespace {

std::size_t RoundedUp(std::size_t bytes) {
  constexpr std::size_t kAlignment = AlignedBuffer::kAlignment;
  return (bytes + kAlignment - 1) / kAlignment * kAlignment;
}

// Output channels of one piece of work: the same for any number of threads, so that bits do not depend on it.
std::int64_t ChannelsPerSlice(std::int64_t channels) {
  constexpr std::int64_t kMostSlices = 8;
  constexpr std::int64_t kGrain = 32;
  const std::int64_t share = (channels + kMostSlices - 1) / kMostSlices;
  return std::min(channels, (share + kGrain - 1) / kGrain * kGrain);
}

onednn::ConvolutionSpec SliceSpec(Conv2dShape shape, std::int64_t channels, Conv2dActivation activation) {
  shape.batch = 1;
  shape.out_channels = channels;
  onednn::ConvolutionSpec spec{.shape = shape};
  if (activation == Conv2dActivation::kRelu) spec.low = 0;
  return spec;
}

// The work is cut into slices of output channels, and each slice does one image at a time.
class SlicedConvolution final : public Conv2dPlan::Impl {
 public:
  SlicedConvolution(const Conv2dShape& shape, const SharedBytes& weights, std::span<const float> bias,
                    Conv2dActivation activation)
      : Impl(shape), slice_channels_(ChannelsPerSlice(shape.out_channels)), bias_(AsSize(shape.out_channels)) {
    std::copy(bias.begin(), bias.end(), bias_.begin());
    whole_slices_ = shape.out_channels / slice_channels_;
    convolutions_.emplace_back(SliceSpec(shape, slice_channels_, activation));
    const std::int64_t rest = shape.out_channels % slice_channels_;
    if (rest > 0) convolutions_.emplace_back(SliceSpec(shape, rest, activation));
    for (std::int64_t slice = 0; slice < slices(); ++slice) PackSlice(slice, weights);
  }

  std::size_t MemberScratchBytes() const override {
    std::size_t most = 0;
    for (const auto& convolution : convolutions_) most = std::max(most, convolution.ScratchBytes());
    return RoundedUp(most);
  }

  void Run(const float* x, float* out, std::byte* scratch, WorkerTeam& team) const override {
    const auto compute = [&](Range pieces, std::byte* own_scratch) {
      for (std::int64_t piece = pieces.begin; piece < pieces.end; ++piece) RunPiece(piece, x, out, own_scratch);
    };
    const std::int64_t pieces = shape().batch * slices();
    if (work() < kLeastForTeam) return compute({0, pieces}, scratch);
    team.Run([&](int member) {
      compute(PartOf(pieces, 1, member, team.num_threads()), scratch + AsSize(member) * MemberScratchBytes());
    });
  }

 private:
  std::int64_t slices() const { return (shape().out_channels + slice_channels_ - 1) / slice_channels_; }
  const onednn::Convolution& ConvolutionOf(std::int64_t slice) const {
    return slice < whole_slices_ ? convolutions_.front() : convolutions_.back();
  }

  void PackSlice(std::int64_t slice, const SharedBytes& weights) {
    const std::int64_t begin = slice * slice_channels_;
    const std::int64_t channels = std::min(slice_channels_, shape().out_channels - begin);
    const std::size_t filter_bytes = AsSize(filter_elements()) * sizeof(float);
    AlignedBuffer aligned(AsSize(channels) * filter_bytes);
    std::memcpy(aligned.data(), weights.data() + AsSize(begin) * filter_bytes, aligned.size());
    packed_.emplace_back(ConvolutionOf(slice).WeightBytes());
    ConvolutionOf(slice).PackWeights(reinterpret_cast<const float*>(aligned.data()), packed_.back().data());
  }

  void RunPiece(std::int64_t piece, const float* x, float* out, std::byte* scratch) const {
    const std::int64_t image = piece / slices(), slice = piece % slices();
    const std::int64_t channel = slice * slice_channels_;
    ConvolutionOf(slice).Run(x + image * image_elements(), packed_[AsSize(slice)].data(), bias_.data() + channel,
                             out + (image * shape().out_channels + channel) * positions(), scratch);
  }

  const std::int64_t slice_channels_;
  std::int64_t whole_slices_ = 0;
  std::vector<float> bias_;
  std::vector<onednn::Convolution> convolutions_;  // of a whole slice and, where one is left over, of the rest
  std::vector<AlignedBuffer> packed_;              // by slice
};

}  // namespace

std::unique_ptr<Conv2dPlan::Impl> Conv2dPlan::Impl::MakeSliced(const Conv2dShape& shape, const SharedBytes& weights,
                                                               std::span<const float> bias,
                                                               Conv2dActivation activation) {
  return std::make_unique<SlicedConvolution>(shape, weights, bias, activation);
}

}  // namespace stepwell::kernels
