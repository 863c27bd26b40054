#include <fmt/format.h>

#include "stepwell/ops/copy_port.h"
#include "stepwell/ops/element_bytes.h"
#include "stepwell/ops/integer_elements.h"
#include "stepwell/ops/select/batch_dims.h"
#include "stepwell/ops/select/extents.h"
#include "stepwell/ops/select/select_kernels.h"
#include "stepwell/ops/site_constants.h"

namespace stepwell::ops::select {
namespace {

// data [batch, outer, extent, inner], indices [batch, taken] -> [batch, outer, taken, inner]
class GatherKernel final : public Kernel {
 public:
  GatherKernel(const TensorType& data, const Shape& indices, int batch_dims, int axis)
      : batch_(NumElements(data.shape, 0, batch_dims)),
        outer_(NumElements(data.shape, batch_dims, axis)),
        extent_(data.shape[axis]),
        taken_(NumElements(indices, batch_dims, indices.rank())),
        inner_bytes_(AsSize(NumElements(data.shape, axis + 1, data.shape.rank())) * ElementBytes(data.dtype)),
        axis_(axis) {}

  void Run(const KernelArgs& args) const override {
    if (inner_bytes_ == 0) return;
    const IntegerElements indices(args.inputs[1]);
    const std::byte* block = args.inputs[0].data;  // [extent, inner]
    const kernels::Parts out = PartsOfOutput(args, 0);
    std::size_t at = 0;
    for (std::int64_t i = 0; i < batch_ * outer_; ++i) {
      const std::int64_t first = i / outer_ * taken_;
      for (std::int64_t k = 0; k < taken_; ++k) {
        kernels::CopyIntoParts({block + Place(indices[first + k]) * inner_bytes_, inner_bytes_}, out, at);
        at += inner_bytes_;
      }
      block += AsSize(extent_) * inner_bytes_;
    }
  }

  bool ReadsInput(int input) const override { return input < 2; }
  bool GivesRows(int) const override { return true; }

 private:
  std::size_t Place(std::int64_t index) const {
    if (index < -extent_ || index >= extent_) {
      throw Error(ErrorKind::kInvalidArgument,
                  fmt::format("index {} is outside axis {} of extent {}", index, axis_, extent_));
    }
    return AsSize(index < 0 ? index + extent_ : index);
  }

  std::int64_t batch_;
  std::int64_t outer_;
  std::int64_t extent_;
  std::int64_t taken_;
  std::size_t inner_bytes_;
  int axis_;
};

}  // namespace

std::unique_ptr<const Kernel> MakeGatherKernel(const Gather& op, const KernelSite& site) {
  const TensorType& data = site.input_types[0];
  const Shape& indices = site.input_types[1].shape;
  const int axis = NormalizedAxis(ConstantInt(site, 2, "axis"), data.shape.rank());
  return std::make_unique<GatherKernel>(data, indices, NormalizedBatchDims(op.batch_dims, data.shape, indices), axis);
}

}  // namespace stepwell::ops::select
