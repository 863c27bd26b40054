#include "stepwell/ops/layout/layout_kernels.h"

namespace stepwell::ops::layout {
namespace {

class ShapeOfKernel final : public Kernel {
 public:
  explicit ShapeOfKernel(const Shape& data) : data_(data) {}

  void Run(const KernelArgs& args) const override {
    const TensorView& out = args.outputs[0];
    for (int axis = 0; axis < data_.rank(); ++axis) {
      if (out.type.dtype == DType::kI64) {
        out.as<std::int64_t>()[AsSize(axis)] = data_[axis];
      } else {
        out.as<std::int32_t>()[AsSize(axis)] = static_cast<std::int32_t>(data_[axis]);
      }
    }
  }

  bool ReadsInput(int) const override { return false; }

 private:
  Shape data_;
};

}  // namespace

std::unique_ptr<const Kernel> MakeShapeOfKernel(const ShapeOf&, const KernelSite& site) {
  return std::make_unique<ShapeOfKernel>(site.input_types[0].shape);
}

}  // namespace stepwell::ops::layout
