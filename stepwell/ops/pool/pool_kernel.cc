#include "stepwell/ops/pool/pool_kernel.h"

#include <fmt/format.h>

#include "stepwell/base/checked.h"
#include "stepwell/kernels/pool/pool2d.h"

namespace stepwell::ops::pool {
namespace {

using kernels::Pool2dShape;
using kernels::PoolFunction;

Pool2dShape::Axis AxisOf(const PoolWindow& pool, int axis, Dim input) {
  const conv::WindowAxis along = conv::WindowAlong(pool.window, axis, input, pool.extents[AsSize(axis)]);
  return {along.input, along.output, along.kernel, along.stride, along.dilation, along.pad_begin};
}

// One spatial axis counts as the width of an image one pixel high.
Pool2dShape ShapeOf(std::string_view op, const PoolWindow& pool, const TensorType& x, int first) {
  if (x.dtype != DType::kF32 || x.shape.rank() > 4) {
    throw Error(ErrorKind::kUnsupported,
                fmt::format("there is no {} for {}; f32 with one or two spatial axes is supported", op, ToText(x)));
  }
  Pool2dShape shape;
  if (x.shape.rank() == 4) shape.height = AxisOf(pool, 0, x.shape[first]);
  const int width = x.shape.rank() - 3;
  shape.width = AxisOf(pool, width, x.shape[first + width]);
  shape.images = first == 1 ? x.shape[0] : CheckedMul(x.shape[0], x.shape[1]);
  shape.channels = first == 1 ? x.shape[x.shape.rank() - 1] : 1;
  return shape;
}

// OpenVINO counts elements outside only where there are pads: a window that reaches beyond the end just because of
// rounding does not count them.
PoolFunction FunctionFor(PoolFunction function, const PoolWindow& pool, const TensorType& x, int first) {
  if (function != PoolFunction::kMeanWithPads) return function;
  for (int axis = 0; axis < std::ssize(pool.extents); ++axis) {
    const Dim extent = pool.extents[AsSize(axis)];
    const conv::WindowAxis along = conv::WindowAlong(pool.window, axis, x.shape[first + axis], extent);
    if (along.pad_begin > 0 || along.pad_end > 0) return function;
  }
  return PoolFunction::kMean;
}

class PoolKernel final : public Kernel {
 public:
  PoolKernel(const Pool2dShape& shape, PoolFunction function) : shape_(shape), function_(function) {}

  void Run(const KernelArgs& args) const override {
    kernels::Pool2d(shape_, function_, args.inputs[0].as<float>(), args.outputs[0].as<float>());
  }

 private:
  Pool2dShape shape_;
  PoolFunction function_;
};

// Finds the largest element and where it stands, by definition.
class MaxPoolWithIndices final : public Kernel {
 public:
  // `period`: elements behind which places are counted anew.
  MaxPoolWithIndices(const Pool2dShape& shape, std::int64_t period) : shape_(shape), period_(period) {}

  void Run(const KernelArgs& args) const override {
    const auto x = args.inputs[0].as<float>();
    const auto y = args.outputs[0].as<float>();
    const auto& places = args.outputs[1];
    std::size_t next = 0;
    for (std::int64_t image = 0; image < shape_.images; ++image) {
      for (std::int64_t row = 0; row < shape_.height.output; ++row) {
        for (std::int64_t column = 0; column < shape_.width.output; ++column, ++next) {
          const std::int64_t at = Largest(x, image, row, column);
          y[next] = at < 0 ? std::numeric_limits<float>::lowest() : x[AsSize(at)];
          Store(places, next, at < 0 ? 0 : at % period_);
        }
      }
    }
  }

 private:
  static void Store(const TensorView& places, std::size_t at, std::int64_t value) {
    if (places.type.dtype == DType::kI64) {
      places.as<std::int64_t>()[at] = value;
    } else {
      places.as<std::int32_t>()[at] = static_cast<std::int32_t>(value);
    }
  }

  // The place in x of the first largest element of a window; -1 where the window lies outside.
  std::int64_t Largest(std::span<const float> x, std::int64_t image, std::int64_t row, std::int64_t column) const {
    const Pool2dShape::Axis &height = shape_.height, &width = shape_.width;
    std::int64_t best = -1;
    for (std::int64_t i = 0; i < height.kernel; ++i) {
      for (std::int64_t j = 0; j < width.kernel; ++j) {
        const std::int64_t from_row = row * height.stride - height.pad_begin + i * height.dilation;
        const std::int64_t from_column = column * width.stride - width.pad_begin + j * width.dilation;
        const bool is_inside =
            from_row >= 0 && from_row < height.input && from_column >= 0 && from_column < width.input;
        if (!is_inside) continue;
        const std::int64_t at = (image * height.input + from_row) * width.input + from_column;
        if (best < 0 || x[AsSize(at)] > x[AsSize(best)]) best = at;
      }
    }
    return best;
  }

  Pool2dShape shape_;
  std::int64_t period_;
};

}  // namespace

std::unique_ptr<const Kernel> MakeMaxPoolKernel(const MaxPool& op, const KernelSite& site) {
  const Pool2dShape shape = ShapeOf(op.name(), op.pool, site.input_types[0], 2);
  if (!op.has_indices()) return std::make_unique<PoolKernel>(shape, PoolFunction::kMax);
  const Shape& x = site.input_types[0].shape;
  std::int64_t period = 1;
  for (int axis = NormalizedAxis(op.axis, x.rank()); axis < x.rank(); ++axis) period = CheckedMul(period, x[axis]);
  return std::make_unique<MaxPoolWithIndices>(shape, std::max<std::int64_t>(period, 1));
}

std::unique_ptr<const Kernel> MakeAvgPoolKernel(const AvgPool& op, const KernelSite& site) {
  const TensorType& x = site.input_types[0];
  const PoolFunction function = op.exclude_pad ? PoolFunction::kMean : PoolFunction::kMeanWithPads;
  return std::make_unique<PoolKernel>(ShapeOf(op.name(), op.pool, x, 2), FunctionFor(function, op.pool, x, 2));
}

std::unique_ptr<const Kernel> MakeImagePoolKernel(const ImagePool& op, const KernelSite& site) {
  const TensorType& x = site.input_types[0];
  const PoolFunction function = FunctionFor(static_cast<PoolFunction>(op.function), op.pool, x, 1);
  return std::make_unique<PoolKernel>(ShapeOf(op.name(), op.pool, x, 1), function);
}

}  // namespace stepwell::ops::pool
