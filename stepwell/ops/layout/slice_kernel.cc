#include <fmt/format.h>

#include "stepwell/kernels/move/strided_copy.h"
#include "stepwell/ops/copy_port.h"
#include "stepwell/ops/element_bytes.h"
#include "stepwell/ops/integer_elements.h"
#include "stepwell/ops/layout/layout_kernels.h"
#include "stepwell/ops/site_constants.h"

namespace stepwell::ops::layout {
namespace {

// The bounds may be computed (the frame to take); they are read at every run and must give the planned shape.
class SliceKernel final : public Kernel {
 public:
  SliceKernel(std::vector<SlicedAxis> axes, const KernelSite& site)
      : axes_(std::move(axes)),
        data_(site.input_types[0].shape),
        result_(site.output_types[0].shape),
        element_bytes_(ElementBytes(site.input_types[0].dtype)),
        in_strides_(kernels::DenseStrides(data_)),
        out_strides_(kernels::DenseStrides(result_)) {}

  void Run(const KernelArgs& args) const override {
    std::array<kernels::StridedCopy::Axis, kAxisRoom> axes{};
    std::int64_t in_offset = 0;
    std::size_t out_axis = 0;
    for (const SlicedAxis& sliced : axes_) {
      if (sliced.kind == SlicedAxis::Kind::kNew) {
        ++out_axis;
        continue;
      }
      const ResolvedSlice slice = ResolveSlice(sliced, BoundsOf(sliced, args.inputs), data_[sliced.axis]);
      const std::int64_t stride = in_strides_[AsSize(sliced.axis)];
      in_offset += slice.first * stride;
      if (sliced.kind == SlicedAxis::Kind::kIndex) continue;
      CheckCount(slice.count, out_axis);
      axes[out_axis] = {slice.count, slice.step * stride, out_strides_[out_axis]};
      ++out_axis;
    }
    CopyPort(kernels::StridedCopy(std::span(axes.data(), out_axis), in_offset), args, 0, 0, element_bytes_);
  }

  bool ReadsInput(int input) const override { return input < 4; }
  bool TakesRows(int input) const override { return input == 0; }
  bool GivesRows(int) const override { return true; }

 private:
  static constexpr auto kAxisRoom = static_cast<std::size_t>(Shape::kMaxRank);

  static SliceBounds BoundsOf(const SlicedAxis& sliced, std::span<const ConstTensorView> inputs) {
    if (sliced.kind == SlicedAxis::Kind::kWhole) return {};
    const auto entry = static_cast<std::int64_t>(sliced.entry);
    return {.start = IntegerElements(inputs[1])[entry],
            .stop = IntegerElements(inputs[2])[entry],
            .step = inputs.size() > 3 ? IntegerElements(inputs[3])[entry] : 1};
  }

  void CheckCount(std::int64_t count, std::size_t out_axis) const {
    const Dim planned = result_[static_cast<int>(out_axis)];
    if (count != planned) {
      throw Error(ErrorKind::kInvalidArgument,
                  fmt::format("a slice takes {} elements where the plan has {}", count, planned));
    }
  }

  std::vector<SlicedAxis> axes_;
  Shape data_;
  Shape result_;
  std::size_t element_bytes_;
  std::array<std::int64_t, kAxisRoom> in_strides_;
  std::array<std::int64_t, kAxisRoom> out_strides_;
};

}  // namespace

std::unique_ptr<const Kernel> MakeSliceKernel(const Slice&, const KernelSite& site) {
  const auto count = static_cast<std::size_t>(site.input_types[1].shape.num_elements());
  const auto axes = site.input_types.size() > 4 ? std::optional(ConstantInts(site, 4, "axes")) : std::nullopt;
  return std::make_unique<SliceKernel>(Slice::Axes(site.input_types[0].shape.rank(), count, axes), site);
}

std::unique_ptr<const Kernel> MakeStridedSliceKernel(const StridedSlice& op, const KernelSite& site) {
  const auto count = static_cast<std::size_t>(site.input_types[1].shape.num_elements());
  return std::make_unique<SliceKernel>(op.Axes(site.input_types[0].shape.rank(), count), site);
}

}  // namespace stepwell::ops::layout
