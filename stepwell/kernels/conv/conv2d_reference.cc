#include <algorithm>

#include "stepwell/base/checked.h"
#include "stepwell/kernels/conv/conv2d.h"

namespace stepwell::kernels {
namespace {

// One element of the output, without its bias. `x` is the part of an image that one group sees, `filter` the weights of
// one output channel.
double Sum(const Conv2dShape& shape, std::span<const float> x, std::span<const float> filter, std::int64_t out_row,
           std::int64_t out_column) {
  double sum = 0;
  std::size_t tap = 0;
  for (std::int64_t channel = 0; channel < shape.in_channels / shape.groups; ++channel) {
    for (std::int64_t i = 0; i < shape.kernel_height; ++i) {
      for (std::int64_t j = 0; j < shape.kernel_width; ++j, ++tap) {
        const std::int64_t row = out_row * shape.stride_height - shape.pad_top + i * shape.dilation_height;
        const std::int64_t column = out_column * shape.stride_width - shape.pad_left + j * shape.dilation_width;
        if (row < 0 || row >= shape.in_height || column < 0 || column >= shape.in_width) continue;
        const std::int64_t at = (channel * shape.in_height + row) * shape.in_width + column;
        sum += double{x[AsSize(at)]} * double{filter[tap]};
      }
    }
  }
  return sum;
}

}  // namespace

void ReferenceConv2d(const Conv2dShape& shape, std::span<const float> x, std::span<const float> weights,
                     std::span<const float> bias, Conv2dActivation activation, std::span<float> out) {
  const std::size_t image = AsSize(shape.in_channels / shape.groups * shape.in_height * shape.in_width);  // of a group
  const std::size_t filter = AsSize(shape.in_channels / shape.groups * shape.kernel_height * shape.kernel_width);
  const std::size_t groups = AsSize(shape.groups);
  auto next = out.begin();
  for (std::size_t batch = 0; batch < AsSize(shape.batch); ++batch) {
    for (std::size_t channel = 0; channel < AsSize(shape.out_channels); ++channel) {
      const std::size_t group = channel / (AsSize(shape.out_channels) / groups);
      const auto seen = x.subspan((batch * groups + group) * image, image);
      for (std::int64_t row = 0; row < shape.out_height(); ++row) {
        for (std::int64_t column = 0; column < shape.out_width(); ++column) {
          const double sum = Sum(shape, seen, weights.subspan(channel * filter, filter), row, column) +
                             (bias.empty() ? 0 : double{bias[channel]});
          *next++ = static_cast<float>(activation == Conv2dActivation::kRelu && sum < 0 ? 0 : sum);
        }
      }
    }
  }
}

}  // namespace stepwell::kernels
