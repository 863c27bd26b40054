#include <fmt/format.h>

#include "stepwell/kernels/move/strided_copy.h"
#include "stepwell/ops/copy_port.h"
#include "stepwell/ops/element_bytes.h"
#include "stepwell/ops/integer_elements.h"
#include "stepwell/ops/select/batch_dims.h"
#include "stepwell/ops/select/extents.h"
#include "stepwell/ops/select/select_kernels.h"

namespace stepwell::ops::select {
namespace {

// data [batch, coordinates..., inner], indices [batch, rows, K] -> [batch, rows, inner]
class GatherNdKernel final : public Kernel {
 public:
  GatherNdKernel(const TensorType& data, const Shape& indices, int batch_dims)
      : data_(data.shape),
        batch_dims_(batch_dims),
        coordinates_(static_cast<int>(indices[indices.rank() - 1])),
        batch_(NumElements(data_, 0, batch_dims)),
        rows_(NumElements(indices, batch_dims, indices.rank() - 1)),
        element_bytes_(ElementBytes(data.dtype)),
        inner_bytes_(AsSize(NumElements(data_, batch_dims + coordinates_, data_.rank())) * element_bytes_),
        batch_bytes_(AsSize(NumElements(data_, batch_dims, data_.rank())) * element_bytes_),
        strides_(kernels::DenseStrides(data_)) {}

  void Run(const KernelArgs& args) const override {
    if (inner_bytes_ == 0) return;
    const IntegerElements indices(args.inputs[1]);
    const kernels::Parts out = PartsOfOutput(args, 0);
    for (std::int64_t row = 0; row < batch_ * rows_; ++row) {
      const std::byte* block = args.inputs[0].data + AsSize(row / rows_) * batch_bytes_;
      kernels::CopyIntoParts({block + Offset(indices, row) * element_bytes_, inner_bytes_}, out,
                             AsSize(row) * inner_bytes_);
    }
  }
  bool GivesRows(int) const override { return true; }

 private:
  // In elements, within one batch.
  std::size_t Offset(const IntegerElements& indices, std::int64_t row) const {
    std::int64_t offset = 0;
    for (int k = 0; k < coordinates_; ++k) {
      const int axis = batch_dims_ + k;
      const std::int64_t index = indices[row * coordinates_ + k];
      if (index < 0 || index >= data_[axis]) {
        throw Error(ErrorKind::kInvalidArgument, fmt::format("coordinate {} of row {} is {}, outside axis {} of {}", k,
                                                             row, index, axis, ToText(data_)));
      }
      offset += index * strides_[AsSize(axis)];
    }
    return AsSize(offset);
  }

  Shape data_;
  int batch_dims_;
  int coordinates_;
  std::int64_t batch_;
  std::int64_t rows_;
  std::size_t element_bytes_;
  std::size_t inner_bytes_;
  std::size_t batch_bytes_;
  std::array<std::int64_t, static_cast<std::size_t>(Shape::kMaxRank)> strides_;
};

}  // namespace

std::unique_ptr<const Kernel> MakeGatherNdKernel(const GatherNd& op, const KernelSite& site) {
  const TensorType& data = site.input_types[0];
  const Shape& indices = site.input_types[1].shape;
  return std::make_unique<GatherNdKernel>(data, indices, NormalizedBatchDims(op.batch_dims, data.shape, indices));
}

}  // namespace stepwell::ops::select
