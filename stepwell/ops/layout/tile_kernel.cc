#include "stepwell/ops/layout/copy_kernel.h"
#include "stepwell/ops/layout/layout_kernels.h"

namespace stepwell::ops::layout {

// How often an axis repeats follows from its extents, so the repeats are not read.
std::unique_ptr<const Kernel> MakeTileKernel(const Tile&, const KernelSite& site) {
  const Shape& data = site.input_types[0].shape;
  const Shape& tiled = site.output_types[0].shape;
  const auto in_strides = kernels::DenseStrides(data);
  const auto out_strides = kernels::DenseStrides(tiled);
  std::vector<kernels::StridedCopy::Axis> axes;
  for (int axis = 0; axis < tiled.rank(); ++axis) {
    const int in_axis = axis - (tiled.rank() - data.rank());
    const std::int64_t extent = in_axis < 0 ? 1 : data[in_axis];
    const std::int64_t stride = out_strides[AsSize(axis)];
    axes.push_back({extent == 0 ? 0 : tiled[axis] / extent, 0, stride * extent});
    axes.push_back({extent, in_axis < 0 ? 0 : in_strides[AsSize(in_axis)], stride});
  }
  return std::make_unique<CopyKernel>(site.output_types[0].dtype,
                                      std::vector<CopyKernel::Part>{{0, 0, kernels::StridedCopy(axes)}});
}

}  // namespace stepwell::ops::layout
