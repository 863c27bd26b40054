#include <array>
#include <cmath>

#include "stepwell/base/visit_element.h"
#include "stepwell/kernels/normalize/normalize.h"
#include "stepwell/ops/axes.h"
#include "stepwell/ops/broadcast_loop.h"
#include "stepwell/ops/computes_in.h"
#include "stepwell/ops/normalize/normalize_kernels.h"
#include "stepwell/ops/site_constants.h"

namespace stepwell::ops::normalize {
namespace {

using EpsMode = Mvn::EpsMode;

std::vector<int> AxesOf(const Mvn& op, const KernelSite& site) {
  const int rank = site.input_types[0].shape.rank();
  if (op.eps_mode == EpsMode::kOfOpset2) return AxesOfOpset2(op, rank);
  return NormalizedAxes(ConstantInts(site, 1, "the axes"), rank);
}

Shape WithoutAxes(Shape shape, const std::vector<int>& axes) {
  for (const int axis : axes) shape[axis] = 1;
  return shape;
}

// The definition in double, for any axes.
class MvnLoop final : public Kernel {
 public:
  MvnLoop(const Mvn& op, const Shape& x, const Shape& kept)
      : op_(op), loop_(x, std::array{kept}), groups_(kept.num_elements()), group_size_(x.num_elements() / groups_) {}

  std::size_t scratch_bytes() const override { return 2 * AsSize(groups_) * sizeof(double); }

  void Run(const KernelArgs& args) const override {
    double* means = reinterpret_cast<double*>(args.scratch.data());
    double* factors = means + groups_;
    VisitElement(args.inputs[0].type.dtype, [&](auto element) {
      using T = decltype(element);
      const auto x = args.inputs[0].as<T>();
      FindMeans(x, means);
      FindFactors(x, means, factors);
      const auto y = args.outputs[0].as<T>();
      ForEach(x, [&](std::size_t at, std::int64_t group, double value) {
        y[at] = static_cast<T>((value - means[group]) * factors[group]);
      });
    });
  }

 private:
  // Calls visit(index in x, group, value).
  template <class T, class Visit>
  void ForEach(std::span<const T> x, Visit&& visit) const {
    loop_.ForEachRun(0, loop_.runs(), [&](std::int64_t at, const BroadcastLoop::Offsets& group) {
      for (std::int64_t i = 0; i < loop_.length(); ++i) {
        visit(AsSize(at + i), group[0] + i * loop_.step(0), static_cast<double>(x[AsSize(at + i)]));
      }
    });
  }

  template <class T>
  void FindMeans(std::span<const T> x, double* means) const {
    std::fill_n(means, groups_, 0.0);
    ForEach(x, [&](std::size_t, std::int64_t group, double value) {
      means[group] += value / static_cast<double>(group_size_);
    });
  }

  template <class T>
  void FindFactors(std::span<const T> x, const double* means, double* factors) const {
    std::fill_n(factors, groups_, 0.0);
    ForEach(x, [&](std::size_t, std::int64_t group, double value) {
      factors[group] += (value - means[group]) * (value - means[group]) / static_cast<double>(group_size_);
    });
    for (std::int64_t group = 0; group < groups_; ++group) factors[group] = FactorOf(factors[group]);
  }

  double FactorOf(double variance) const {
    if (!op_.normalize_variance) return 1;
    const auto eps = static_cast<double>(op_.eps);
    return 1 / (op_.eps_mode == EpsMode::kOutsideSqrt ? std::sqrt(variance) + eps : std::sqrt(variance + eps));
  }

  Mvn op_;
  BroadcastLoop loop_;
  std::int64_t groups_;
  std::int64_t group_size_;
};

class EmptyMvn final : public Kernel {
 public:
  void Run(const KernelArgs&) const override {}
};

// fp32 over the last axes, inputs 1 and 2 being the scale and the shift where there are any.
class FastRows final : public Kernel {
 public:
  enum class Affine : std::uint8_t { kNo, kYes };

  FastRows(const kernels::Normalization& how, std::int64_t length, Affine affine)
      : how_(how), length_(length), affine_(affine) {}

  void Run(const KernelArgs& args) const override {
    kernels::Normalization how = how_;
    if (affine_ == Affine::kYes) {
      how.gamma = args.inputs[1].as<float>();
      how.beta = args.inputs[2].as<float>();
    }
    kernels::Normalize(args.inputs[0].as<float>(), length_, how, args.outputs[0].as<float>());
  }

 private:
  kernels::Normalization how_;
  std::int64_t length_;
  Affine affine_;
};

class LayerNormLoop final : public Kernel {
 public:
  explicit LayerNormLoop(const LayerNorm& op, const KernelSite& site) : normalized_(MvnOf(op), X(site), Kept(site)) {}

  std::size_t scratch_bytes() const override { return normalized_.scratch_bytes(); }

  void Run(const KernelArgs& args) const override {
    normalized_.Run(args);
    const auto gamma = args.inputs[1].as<float>(), beta = args.inputs[2].as<float>();
    const auto y = args.outputs[0].as<float>();
    for (std::size_t i = 0; i < y.size(); ++i) y[i] = y[i] * gamma[i % gamma.size()] + beta[i % beta.size()];
  }

 private:
  static Mvn MvnOf(const LayerNorm& op) {
    Mvn mvn;
    mvn.eps = op.eps;
    return mvn;
  }
  static const Shape& X(const KernelSite& site) { return site.input_types[0].shape; }
  static Shape Kept(const KernelSite& site) { return WithoutAxes(X(site), {X(site).rank() - 1}); }

  MvnLoop normalized_;
};

// How many elements lie behind each other where the axes are the last ones; nothing where they are not.
std::optional<std::int64_t> LengthOfLastAxes(const Shape& x, const std::vector<int>& axes) {
  std::int64_t length = 1;
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const int axis = x.rank() - 1 - static_cast<int>(i);
    if (axes[axes.size() - 1 - i] != axis) return std::nullopt;
    length *= x[axis];
  }
  return length;
}

kernels::Normalization NormalizationOf(const Mvn& op) {
  using kernels::Normalization;
  const bool outside = op.eps_mode == EpsMode::kOutsideSqrt;
  return {.scale = op.normalize_variance ? Normalization::Scale::kVariance : Normalization::Scale::kNone,
          .eps_place = outside ? Normalization::EpsPlace::kOutsideSqrt : Normalization::EpsPlace::kInsideSqrt,
          .eps = op.eps};
}

}  // namespace

std::unique_ptr<const Kernel> MakeMvnKernel(const Mvn& op, const KernelSite& site) {
  const TensorType& type = site.input_types[0];
  RequireComputesIn(op.name(), type.dtype);
  if (type.shape.num_elements() == 0) return std::make_unique<EmptyMvn>();
  const std::vector<int> axes = AxesOf(op, site);
  if (site.set == KernelSet::kFast && type.dtype == DType::kF32) {
    if (const auto length = LengthOfLastAxes(type.shape, axes)) {
      return std::make_unique<FastRows>(NormalizationOf(op), *length, FastRows::Affine::kNo);
    }
  }
  return std::make_unique<MvnLoop>(op, type.shape, WithoutAxes(type.shape, axes));
}

std::unique_ptr<const Kernel> MakeLayerNormKernel(const LayerNorm& op, const KernelSite& site) {
  const Shape& x = site.input_types[0].shape;
  if (x.num_elements() == 0) return std::make_unique<EmptyMvn>();
  if (site.set == KernelSet::kReference) return std::make_unique<LayerNormLoop>(op, site);
  return std::make_unique<FastRows>(kernels::Normalization{.eps = op.eps}, x[x.rank() - 1], FastRows::Affine::kYes);
}

}  // namespace stepwell::ops::normalize
