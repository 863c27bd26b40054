#include <algorithm>
#include <vector>

#include "stepwell/kernels/conv/conv2d_impl.h"
#include "stepwell/kernels/gemm/packed_matrix.h"
#include "stepwell/kernels/gemm/tile.h"

namespace stepwell::kernels {
namespace {

class ContiguousConvolution final : public Conv2dPlan::Impl {
 public:
  ContiguousConvolution(const Conv2dShape& shape, const SharedBytes& weights, std::span<const float> bias,
                        Conv2dActivation activation)
      : Impl(shape),
        weights_(DenseWeights(weights, filter_elements(), shape.out_channels, WeightOrder::kOutputsByInputs)),
        bias_(bias.begin(), bias.end()),
        low_(activation == Conv2dActivation::kRelu ? 0 : -Epilogue::kInfinity) {}

  std::size_t MemberScratchBytes() const override { return 0; }

  // A piece is one panel of output channels of one image.
  void Run(const float* x, float* out, std::byte*, WorkerTeam& team) const override {
    const auto compute = [&](Range pieces) {
      for (std::int64_t piece = pieces.begin; piece < pieces.end; ++piece) {
        ComputePanel(piece / weights_.panels(), piece % weights_.panels(), x, out);
      }
    };
    const std::int64_t pieces = shape().batch * weights_.panels();
    if (work() < kLeastForTeam) return compute({0, pieces});
    team.Run([&](int member) { compute(PartOf(pieces, 1, member, team.num_threads())); });
  }

 private:
  void ComputePanel(std::int64_t image, std::int64_t panel, const float* x, float* out) const {
    const std::int64_t channel = panel * kPanelWidth;
    const std::int64_t channels = std::min(kPanelWidth, shape().out_channels - channel);
    const std::int64_t patch_stride = shape().stride_height * shape().in_width;
    float* planes = out + (image * shape().out_channels + channel) * positions();
    for (std::int64_t position = 0; position < positions(); position += kMostTileRows) {
      Tile tile(std::min(kMostTileRows, positions() - position));
      tile.StartWithZeros();
      const RowPointers patches(x + image * image_elements() + position * patch_stride, tile.rows(), patch_stride);
      AddPanelProduct({.a = patches.data(),
                       .rows = tile.rows(),
                       .panel = weights_.panel(panel),
                       .inputs = weights_.inputs(),
                       .tile = tile.data()});
      FinishTile(tile.data(), tile.rows(), channels, {.bias = bias_, .low = low_}, channel);
      tile.CopyTransposedTo(planes + position, channels, positions());
    }
  }

  const PackedMatrix weights_;  // [a patch's elements, out_channels]
  const std::vector<float> bias_;
  const float low_;
};

}  // namespace

bool Conv2dPlan::Impl::HasContiguousPatches(const Conv2dShape& shape) {
  return shape.in_channels == 1 && shape.kernel_width == shape.in_width && shape.dilation_height == 1 &&
         shape.dilation_width == 1 && shape.pad_top + shape.pad_bottom + shape.pad_left + shape.pad_right == 0;
}

std::unique_ptr<Conv2dPlan::Impl> Conv2dPlan::Impl::MakeContiguous(const Conv2dShape& shape, const SharedBytes& weights,
                                                                   std::span<const float> bias,
                                                                   Conv2dActivation activation) {
  return std::make_unique<ContiguousConvolution>(shape, weights, bias, activation);
}

}  // namespace stepwell::kernels
