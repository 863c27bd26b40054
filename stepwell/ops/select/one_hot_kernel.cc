#include "stepwell/kernels/move/strided_copy.h"
#include "stepwell/ops/element_bytes.h"
#include "stepwell/ops/integer_elements.h"
#include "stepwell/ops/select/extents.h"
#include "stepwell/ops/select/select_kernels.h"

namespace stepwell::ops::select {
namespace {

// indices [outer, inner] -> [outer, depth, inner]
class OneHotKernel final : public Kernel {
 public:
  OneHotKernel(const TensorType& result, int place)
      : outer_(NumElements(result.shape, 0, place)),
        depth_(result.shape[place]),
        inner_(NumElements(result.shape, place + 1, result.shape.rank())),
        element_bytes_(ElementBytes(result.dtype)) {}

  void Run(const KernelArgs& args) const override {
    const IntegerElements indices(args.inputs[0]);
    Put(args.inputs[3], args.outputs[0], 0, outer_ * depth_ * inner_);
    for (std::int64_t i = 0; i < outer_ * inner_; ++i) {
      const std::int64_t index = indices[i];
      if (index < 0 || index >= depth_) continue;
      Put(args.inputs[2], args.outputs[0], (i / inner_ * depth_ + index) * inner_ + i % inner_, 1);
    }
  }

  bool ReadsInput(int input) const override { return input != 1; }

 private:
  void Put(const ConstTensorView& value, const TensorView& out, std::int64_t offset, std::int64_t count) const {
    const kernels::StridedCopy::Axis axis{.extent = count, .in_stride = 0, .out_stride = 1};
    kernels::StridedCopy(std::span(&axis, 1), 0, offset).Run(value.data, out.data, element_bytes_);
  }

  std::int64_t outer_;
  std::int64_t depth_;
  std::int64_t inner_;
  std::size_t element_bytes_;
};

}  // namespace

std::unique_ptr<const Kernel> MakeOneHotKernel(const OneHot& op, const KernelSite& site) {
  const TensorType& result = site.output_types[0];
  return std::make_unique<OneHotKernel>(result, NormalizedAxis(op.axis, result.shape.rank()));
}

}  // namespace stepwell::ops::select
