#include "stepwell/ops/layout/layout_kernels.h"
#include "stepwell/ops/layout/stretches.h"
#include "stepwell/ops/site_constants.h"

namespace stepwell::ops::layout {
namespace {

// The parts' lengths stand in the types of the outputs.
std::unique_ptr<const Kernel> MakePartsKernel(const KernelSite& site) {
  const TensorType& whole = site.input_types[0];
  const int axis = NormalizedAxis(ConstantInt(site, 1, "axis"), whole.shape.rank());
  std::vector<CopyKernel::Part> parts;
  std::int64_t begin = 0;
  for (std::size_t output = 0; output < site.output_types.size(); ++output) {
    const std::int64_t extent = site.output_types[output].shape[axis];
    parts.push_back({0, output, TakeStretch(whole.shape, axis, {begin, begin + extent})});
    begin += extent;
  }
  return std::make_unique<CopyKernel>(whole.dtype, std::move(parts));
}

}  // namespace

std::unique_ptr<const Kernel> MakeSplitKernel(const Split&, const KernelSite& site) { return MakePartsKernel(site); }

std::unique_ptr<const Kernel> MakeVariadicSplitKernel(const VariadicSplit&, const KernelSite& site) {
  return MakePartsKernel(site);
}

}  // namespace stepwell::ops::layout
