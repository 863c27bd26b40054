#include "stepwell/ops/layout/copy_kernel.h"
#include "stepwell/ops/layout/layout_kernels.h"
#include "stepwell/ops/site_constants.h"

namespace stepwell::ops::layout {
namespace {

kernels::StridedCopy ExplicitCopy(const KernelSite& site) {
  const Shape& data = site.input_types[0].shape;
  const Shape& target = site.output_types[0].shape;
  const std::vector<std::int64_t> places = ConstantInts(site, 2, "axes_mapping");
  const auto in_strides = kernels::DenseStrides(data);
  const auto out_strides = kernels::DenseStrides(target);
  std::vector<kernels::StridedCopy::Axis> axes;
  for (int axis = 0; axis < target.rank(); ++axis) axes.push_back({target[axis], 0, out_strides[AsSize(axis)]});
  for (int axis = 0; axis < data.rank(); ++axis) {
    if (data[axis] != 1) axes[AsSize(places[AsSize(axis)])].in_stride = in_strides[AsSize(axis)];
  }
  return kernels::StridedCopy(axes);
}

}  // namespace

std::unique_ptr<const Kernel> MakeBroadcastKernel(const Broadcast& op, const KernelSite& site) {
  const kernels::StridedCopy copy =
      op.is_explicit() ? ExplicitCopy(site) : BroadcastCopy(site.input_types[0].shape, site.output_types[0].shape);
  return std::make_unique<CopyKernel>(site.output_types[0].dtype, std::vector<CopyKernel::Part>{{0, 0, copy}});
}

}  // namespace stepwell::ops::layout
