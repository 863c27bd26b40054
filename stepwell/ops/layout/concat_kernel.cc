#include "stepwell/ops/layout/layout_kernels.h"
#include "stepwell/ops/layout/stretches.h"

namespace stepwell::ops::layout {

std::unique_ptr<const Kernel> MakeConcatKernel(const Concat& op, const KernelSite& site) {
  const TensorType& whole = site.output_types[0];
  const int axis = NormalizedAxis(op.axis, whole.shape.rank());
  std::vector<CopyKernel::Part> parts;
  std::int64_t begin = 0;
  for (std::size_t input = 0; input < site.input_types.size(); ++input) {
    const std::int64_t extent = site.input_types[input].shape[axis];
    parts.push_back({input, 0, PutStretch(whole.shape, axis, {begin, begin + extent})});
    begin += extent;
  }
  return std::make_unique<CopyKernel>(whole.dtype, std::move(parts));
}

}  // namespace stepwell::ops::layout
