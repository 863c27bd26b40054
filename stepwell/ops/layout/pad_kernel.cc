#include <algorithm>
#include <cstring>

#include "stepwell/kernels/move/strided_copy.h"
#include "stepwell/ops/element_bytes.h"
#include "stepwell/ops/layout/layout_kernels.h"
#include "stepwell/ops/site_constants.h"

namespace stepwell::ops::layout {
namespace {

class ConstantPadKernel final : public Kernel {
 public:
  ConstantPadKernel(DType dtype, std::int64_t elements, const kernels::StridedCopy& copy)
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

// Takes every element of the result from a place of data.
class MirrorPadKernel final : public Kernel {
 public:
  // `sources`: by axis, and by the place along it in the result, how far the element taken lies from the first one of
  // data, in elements.
  MirrorPadKernel(DType dtype, std::vector<std::vector<std::int64_t>> sources)
      : element_bytes_(ElementBytes(dtype)), sources_(std::move(sources)) {}

  void Run(const KernelArgs& args) const override {
    std::byte* out = args.outputs[0].data;
    const std::int64_t count = args.outputs[0].type.shape.num_elements();
    for (std::int64_t i = 0; i < count; ++i, out += element_bytes_) {
      std::memcpy(out, args.inputs[0].data + AsSize(SourceOf(i)) * element_bytes_, element_bytes_);
    }
  }

  bool ReadsInput(int input) const override { return input == 0; }

 private:
  std::int64_t SourceOf(std::int64_t element) const {
    std::int64_t source = 0;
    for (auto axis = sources_.rbegin(); axis != sources_.rend(); ++axis) {
      const auto extent = static_cast<std::int64_t>(axis->size());
      source += (*axis)[AsSize(element % extent)];
      element /= extent;
    }
    return source;
  }

  std::size_t element_bytes_;
  std::vector<std::vector<std::int64_t>> sources_;
};

// The place in data of what stands at `place`, which may lie outside of it, counted in data.
std::int64_t Mirrored(Pad::Mode mode, std::int64_t place, std::int64_t extent) {
  if (mode == Pad::Mode::kEdge) return std::clamp<std::int64_t>(place, 0, extent - 1);
  const std::int64_t doubled = mode == Pad::Mode::kSymmetric ? 1 : 0;
  if (place < 0) return -place - doubled;
  return place < extent ? place : 2 * (extent - 1) - place + doubled;
}

std::unique_ptr<const Kernel> MakeMirrorPad(Pad::Mode mode, const KernelSite& site) {
  const Shape& data = site.input_types[0].shape;
  const Shape& padded = site.output_types[0].shape;
  const std::vector<std::int64_t> before = ConstantInts(site, 1, "pads_begin");
  const auto strides = kernels::DenseStrides(data);
  std::vector<std::vector<std::int64_t>> sources(AsSize(data.rank()));
  for (int axis = 0; axis < data.rank(); ++axis) {
    for (std::int64_t place = 0; place < padded[axis]; ++place) {
      const std::int64_t source = Mirrored(mode, place - before[AsSize(axis)], data[axis]);
      sources[AsSize(axis)].push_back(source * strides[AsSize(axis)]);
    }
  }
  return std::make_unique<MirrorPadKernel>(site.input_types[0].dtype, std::move(sources));
}

std::unique_ptr<const Kernel> MakeConstantPad(const KernelSite& site) {
  const Shape& data = site.input_types[0].shape;
  const Shape& padded = site.output_types[0].shape;
  const std::vector<std::int64_t> before = ConstantInts(site, 1, "pads_begin");
  const std::vector<std::int64_t> after = ConstantInts(site, 2, "pads_end");
  const auto in_strides = kernels::DenseStrides(data);
  const auto out_strides = kernels::DenseStrides(padded);
  std::vector<kernels::StridedCopy::Axis> axes;
  std::int64_t in_offset = 0;
  std::int64_t out_offset = 0;
  for (int axis = 0; axis < data.rank(); ++axis) {
    const auto i = AsSize(axis);
    const std::int64_t cut = std::max<std::int64_t>(0, -before[i]);
    const std::int64_t kept = data[axis] - cut - std::max<std::int64_t>(0, -after[i]);
    axes.push_back({std::max<std::int64_t>(0, kept), in_strides[i], out_strides[i]});
    in_offset += cut * in_strides[i];
    out_offset += std::max<std::int64_t>(0, before[i]) * out_strides[i];
  }
  return std::make_unique<ConstantPadKernel>(site.input_types[0].dtype, padded.num_elements(),
                                             kernels::StridedCopy(axes, in_offset, out_offset));
}

}  // namespace

std::unique_ptr<const Kernel> MakePadKernel(const Pad& op, const KernelSite& site) {
  return op.mode == Pad::Mode::kConstant ? MakeConstantPad(site) : MakeMirrorPad(op.mode, site);
}

}  // namespace stepwell::ops::layout
