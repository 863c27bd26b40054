#include "stepwell/ops/layout/copy_kernel.h"
#include "stepwell/ops/layout/layout_kernels.h"
#include "stepwell/ops/site_constants.h"

namespace stepwell::ops::layout {

std::unique_ptr<const Kernel> MakeTransposeKernel(const Transpose&, const KernelSite& site) {
  const Shape& data = site.input_types[0].shape;
  const Shape& result = site.output_types[0].shape;
  const std::vector<int> order = TransposeOrder(ConstantInts(site, 1, "order"), data.rank());
  const auto in_strides = kernels::DenseStrides(data);
  const auto out_strides = kernels::DenseStrides(result);
  std::vector<kernels::StridedCopy::Axis> axes;
  for (std::size_t axis = 0; axis < order.size(); ++axis) {
    axes.push_back({result[static_cast<int>(axis)], in_strides[AsSize(order[axis])], out_strides[axis]});
  }
  return std::make_unique<CopyKernel>(site.output_types[0].dtype,
                                      std::vector<CopyKernel::Part>{{0, 0, kernels::StridedCopy(axes)}});
}

}  // namespace stepwell::ops::layout
