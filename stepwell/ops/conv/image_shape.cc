#include "stepwell/ops/conv/image_shape.h"

#include <fmt/format.h>

namespace stepwell::ops::conv {

kernels::Conv2dShape ImageShapeOf(std::string_view op, const Window& window, const TensorType& x,
                                  const Shape& weights) {
  if (x.dtype != DType::kF32 || x.shape.rank() > 4) {
    throw Error(ErrorKind::kUnsupported,
                fmt::format("there is no {} for {}; f32 with one or two spatial axes is supported", op, ToText(x)));
  }
  const bool has_height = x.shape.rank() == 4;
  const bool is_grouped = weights.rank() > x.shape.rank();
  const int taps = is_grouped ? 3 : 2;  // the first axis of taps
  const auto along = [&](int axis) { return WindowAlong(window, axis, x.shape[axis + 2], weights[axis + taps]); };
  const WindowAxis height = has_height ? along(0) : WindowAxis{};
  const WindowAxis width = along(has_height ? 1 : 0);
  return {.batch = x.shape[0],
          .in_channels = x.shape[1],
          .in_height = height.input,
          .in_width = width.input,
          .out_channels = is_grouped ? weights[0] * weights[1] : weights[0],
          .kernel_height = height.kernel,
          .kernel_width = width.kernel,
          .stride_height = height.stride,
          .stride_width = width.stride,
          .dilation_height = height.dilation,
          .dilation_width = width.dilation,
          .pad_top = height.pad_begin,
          .pad_bottom = height.pad_end,
          .pad_left = width.pad_begin,
          .pad_right = width.pad_end,
          .groups = is_grouped ? weights[0] : 1};
}

}  // namespace stepwell::ops::conv
