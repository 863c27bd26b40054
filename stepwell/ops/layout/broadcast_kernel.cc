#include "stepwell/ops/layout/copy_kernel.h"
#include "stepwell/ops/layout/layout_kernels.h"

namespace stepwell::ops::layout {

std::unique_ptr<const Kernel> MakeBroadcastKernel(const Broadcast&, const KernelSite& site) {
  const kernels::StridedCopy copy = BroadcastCopy(site.input_types[0].shape, site.output_types[0].shape);
  return std::make_unique<CopyKernel>(site.output_types[0].dtype, std::vector<CopyKernel::Part>{{0, 0, copy}});
}

}  // namespace stepwell::ops::layout
