#include "stepwell/ops/layout/copy_kernel.h"

#include <algorithm>

#include "stepwell/ops/copy_port.h"
#include "stepwell/ops/element_bytes.h"

namespace stepwell::ops::layout {

CopyKernel::CopyKernel(DType dtype, std::vector<Part> parts)
    : element_bytes_(ElementBytes(dtype)), parts_(std::move(parts)) {}

void CopyKernel::Run(const KernelArgs& args) const {
  for (const Part& part : parts_) CopyPort(part.copy, args, part.input, part.output, element_bytes_);
}

bool CopyKernel::ReadsInput(int input) const {
  return std::any_of(parts_.begin(), parts_.end(), [&](const Part& part) { return part.input == AsSize(input); });
}

kernels::StridedCopy BroadcastCopy(const Shape& data, const Shape& target) {
  const auto in_strides = kernels::DenseStrides(data);
  const auto out_strides = kernels::DenseStrides(target);
  std::vector<kernels::StridedCopy::Axis> axes;
  for (int axis = 0; axis < target.rank(); ++axis) {
    const int in_axis = axis - (target.rank() - data.rank());
    const bool repeats = in_axis < 0 || data[in_axis] == 1;
    axes.push_back({target[axis], repeats ? 0 : in_strides[AsSize(in_axis)], out_strides[AsSize(axis)]});
  }
  return kernels::StridedCopy(axes);
}

}  // namespace stepwell::ops::layout
