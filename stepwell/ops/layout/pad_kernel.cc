#include <fmt/format.h>

#include <cstring>

#include "stepwell/kernels/move/strided_copy.h"
#include "stepwell/ops/element_bytes.h"
#include "stepwell/ops/layout/layout_kernels.h"
#include "stepwell/ops/site_constants.h"

namespace stepwell::ops::layout {
namespace {

class PadKernel final : public Kernel {
 public:
  PadKernel(DType dtype, std::int64_t elements, const kernels::StridedCopy& copy)
      : element_bytes_(ElementBytes(dtype)), elements_(elements), copy_(copy) {}

  void Run(const KernelArgs& args) const override {
    const kernels::StridedCopy::Axis everywhere{.extent = elements_, .in_stride = 0, .out_stride = 1};
    std::byte* out = args.outputs[0].data;
    if (args.inputs.size() > 3) {
      kernels::StridedCopy(std::span(&everywhere, 1)).Run(args.inputs[3].data, out, element_bytes_);
    } else {
      std::memset(out, 0, AsSize(elements_) * element_bytes_);
    }
    copy_.Run(args.inputs[0].data, out, element_bytes_);
  }

  bool ReadsInput(int input) const override { return input == 0 || input == 3; }

 private:
  std::size_t element_bytes_;
  std::int64_t elements_;
  kernels::StridedCopy copy_;
};

}  // namespace

std::unique_ptr<const Kernel> MakePadKernel(const Pad&, const KernelSite& site) {
  const Shape& data = site.input_types[0].shape;
  const Shape& padded = site.output_types[0].shape;
  const std::vector<std::int64_t> before = ConstantInts(site, 1, "pads_begin");
  const auto in_strides = kernels::DenseStrides(data);
  const auto out_strides = kernels::DenseStrides(padded);
  std::vector<kernels::StridedCopy::Axis> axes;
  std::int64_t out_offset = 0;
  for (int axis = 0; axis < data.rank(); ++axis) {
    axes.push_back({data[axis], in_strides[AsSize(axis)], out_strides[AsSize(axis)]});
    out_offset += before[AsSize(axis)] * out_strides[AsSize(axis)];
  }
  return std::make_unique<PadKernel>(site.input_types[0].dtype, padded.num_elements(),
                                     kernels::StridedCopy(axes, 0, out_offset));
}

}  // namespace stepwell::ops::layout
