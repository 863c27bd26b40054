#include "stepwell/ops/audio/rdft_kernel.h"

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>

#include "stepwell/kernels/audio/real_dft.h"
#include "stepwell/ops/site_constants.h"

namespace stepwell::ops::audio {
namespace {

using Bin = std::complex<double>;

// data [outer, extent, inner] -> [outer, bins, inner, 2]
struct RdftExtents {
  std::int64_t outer = 1;
  std::int64_t extent = 0;
  std::int64_t length = 0;
  std::int64_t inner = 1;
  std::int64_t bins() const { return length / 2 + 1; }
};

class RdftKernel final : public Kernel {
 public:
  RdftKernel(const RdftExtents& extents, KernelSet set) : extents_(extents), set_(set), dft_(extents.length) {}

  std::size_t scratch_bytes() const override {
    const std::int64_t complex_elements = extents_.bins() + dft_.scratch_elements();
    return AsSize(complex_elements) * sizeof(Bin) + AsSize(extents_.length) * sizeof(double);
  }
  bool ReadsInput(int input) const override { return input == 0; }

  void Run(const KernelArgs& args) const override {
    const std::size_t bins = AsSize(extents_.bins());
    const std::size_t work = AsSize(dft_.scratch_elements());
    auto* memory = reinterpret_cast<Bin*>(args.scratch.data());
    const std::span<Bin> out(memory, bins);
    const std::span<double> x(reinterpret_cast<double*>(memory + bins + work), AsSize(extents_.length));
    for (std::int64_t row = 0; row < extents_.outer * extents_.inner; ++row) {
      Gather(args.inputs[0].as<float>(), row, x);
      if (set_ == KernelSet::kReference) {
        SumByDefinition(x, out);
      } else {
        dft_.Run(x, out, std::span<Bin>(memory + bins, work));
      }
      Scatter(out, row, args.outputs[0].as<float>());
    }
  }

 private:
  std::int64_t First(std::int64_t row, std::int64_t extent) const {
    return row / extents_.inner * extent * extents_.inner + row % extents_.inner;
  }

  void Gather(std::span<const float> data, std::int64_t row, std::span<double> x) const {
    const std::int64_t first = First(row, extents_.extent);
    std::fill(x.begin(), x.end(), 0.0);
    for (std::int64_t m = 0; m < std::min(extents_.extent, extents_.length); ++m) {
      x[AsSize(m)] = double{data[AsSize(first + m * extents_.inner)]};
    }
  }

  void Scatter(std::span<const Bin> bins, std::int64_t row, std::span<float> out) const {
    const std::int64_t first = First(row, extents_.bins());
    for (std::int64_t k = 0; k < extents_.bins(); ++k) {
      const std::size_t place = AsSize(2 * (first + k * extents_.inner));
      out[place] = static_cast<float>(bins[AsSize(k)].real());
      out[place + 1] = static_cast<float>(bins[AsSize(k)].imag());
    }
  }

  static void SumByDefinition(std::span<const double> x, std::span<Bin> bins) {
    const double turn = -2 * std::numbers::pi / static_cast<double>(x.size());
    for (std::size_t k = 0; k < bins.size(); ++k) {
      bins[k] = 0;
      for (std::size_t m = 0; m < x.size(); ++m) {
        bins[k] += std::polar(x[m], turn * static_cast<double>(k * m % x.size()));
      }
    }
  }

  RdftExtents extents_;
  KernelSet set_;
  kernels::RealDft dft_;
};

}  // namespace

std::unique_ptr<const Kernel> MakeRdftKernel(const Rdft&, const KernelSite& site) {
  const TensorType& data = site.input_types[0];
  if (data.dtype != DType::kF32) {
    throw Error(ErrorKind::kUnsupported, "a transform of " + ToText(data) + " is not supported, only one of f32");
  }
  const int axis = NormalizedAxis(ConstantInt(site, 1, "axes"), data.shape.rank());
  RdftExtents extents{.extent = data.shape[axis], .length = data.shape[axis]};
  if (site.input_types.size() > 2) {
    const std::int64_t length = ConstantInt(site, 2, "signal_size");
    if (length > 0) extents.length = length;
  }
  for (int i = 0; i < axis; ++i) extents.outer *= data.shape[i];
  for (int i = axis + 1; i < data.shape.rank(); ++i) extents.inner *= data.shape[i];
  return std::make_unique<RdftKernel>(extents, site.set);
}

}  // namespace stepwell::ops::audio
