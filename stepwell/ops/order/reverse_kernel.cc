#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

#include "stepwell/base/visit_element.h"
#include "stepwell/ops/axes.h"
#include "stepwell/ops/element_bytes.h"
#include "stepwell/ops/integer_elements.h"
#include "stepwell/ops/order/order_kernels.h"
#include "stepwell/ops/site_constants.h"

namespace stepwell::ops::order {
namespace {

// Row-major strides in elements.
std::vector<std::int64_t> StridesOf(const Shape& shape) {
  std::vector<std::int64_t> strides(AsSize(shape.rank()), 1);
  for (int axis = shape.rank() - 2; axis >= 0; --axis)
    strides[AsSize(axis)] = strides[AsSize(axis) + 1] * shape[axis + 1];
  return strides;
}

// Element by element: where it goes differs from where it stands along the turned axes.
class ReverseKernel final : public Kernel {
 public:
  ReverseKernel(std::vector<int> axes, const TensorType& type)
      : axes_(std::move(axes)), strides_(StridesOf(type.shape)), element_bytes_(ElementBytes(type.dtype)) {}

  void Run(const KernelArgs& args) const override {
    const ConstTensorView& data = args.inputs[0];
    for (std::int64_t i = 0; i < data.type.shape.num_elements(); ++i) {
      std::memcpy(args.outputs[0].data + AsSize(Mirrored(i, data.type.shape)) * element_bytes_,
                  data.data + AsSize(i) * element_bytes_, element_bytes_);
    }
  }

  bool ReadsInput(int input) const override { return input == 0; }

 private:
  std::int64_t Mirrored(std::int64_t index, const Shape& shape) const {
    std::int64_t mirrored = index;
    for (const int axis : axes_) {
      const std::int64_t stride = strides_[AsSize(axis)];
      const std::int64_t position = index / stride % shape[axis];
      mirrored += (shape[axis] - 1 - 2 * position) * stride;
    }
    return mirrored;
  }

  std::vector<int> axes_;
  std::vector<std::int64_t> strides_;
  std::size_t element_bytes_;
};

class ReverseSequenceKernel final : public Kernel {
 public:
  ReverseSequenceKernel(const ReverseSequence& op, const TensorType& type)
      : batch_(NormalizedAxis(op.batch_axis, type.shape.rank())),
        seq_(NormalizedAxis(op.seq_axis, type.shape.rank())),
        strides_(StridesOf(type.shape)),
        element_bytes_(ElementBytes(type.dtype)) {}

  void Run(const KernelArgs& args) const override {
    const IntegerElements lengths(args.inputs[1]);
    const Shape& shape = args.inputs[0].type.shape;
    for (std::int64_t i = 0; i < lengths.size(); ++i) RequireFits(lengths[i], shape[seq_]);
    for (std::int64_t i = 0; i < shape.num_elements(); ++i) {
      const std::int64_t position = i / strides_[AsSize(seq_)] % shape[seq_];
      const std::int64_t length = lengths[i / strides_[AsSize(batch_)] % shape[batch_]];
      const std::int64_t moved = position < length ? (length - 1 - 2 * position) * strides_[AsSize(seq_)] : 0;
      std::memcpy(args.outputs[0].data + AsSize(i + moved) * element_bytes_,
                  args.inputs[0].data + AsSize(i) * element_bytes_, element_bytes_);
    }
  }

 private:
  static void RequireFits(std::int64_t length, Dim extent) {
    if (length >= 0 && length <= extent) return;
    throw Error(ErrorKind::kInvalidArgument,
                fmt::format("a length of {} does not fit a sequence of {} elements", length, extent));
  }

  int batch_;
  int seq_;
  std::vector<std::int64_t> strides_;
  std::size_t element_bytes_;
};

std::vector<int> MaskedAxes(const KernelSite& site) {
  const auto flags = ConstantInts(site, 1, "the mask of the axes");
  std::vector<int> axes;
  for (int axis = 0; axis < site.input_types[0].shape.rank() && AsSize(axis) < flags.size(); ++axis) {
    if (flags[AsSize(axis)] != 0) axes.push_back(axis);
  }
  return axes;
}

}  // namespace

std::unique_ptr<const Kernel> MakeReverseKernel(const Reverse& op, const KernelSite& site) {
  const TensorType& type = site.input_types[0];
  auto axes = op.mode == Reverse::Mode::kMask ? MaskedAxes(site)
                                              : NormalizedAxes(ConstantInts(site, 1, "the axes"), type.shape.rank());
  return std::make_unique<ReverseKernel>(std::move(axes), type);
}

std::unique_ptr<const Kernel> MakeReverseSequenceKernel(const ReverseSequence& op, const KernelSite& site) {
  return std::make_unique<ReverseSequenceKernel>(op, site.input_types[0]);
}

}  // namespace stepwell::ops::order
