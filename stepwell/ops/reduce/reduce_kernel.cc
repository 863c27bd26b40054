#include "stepwell/ops/reduce/reduce_kernel.h"

#include <algorithm>
#include <array>

#include "stepwell/base/visit_element.h"
#include "stepwell/ops/axes.h"
#include "stepwell/ops/broadcast_loop.h"
#include "stepwell/ops/computes_in.h"
#include "stepwell/ops/site_constants.h"

namespace stepwell::ops::reduce {
namespace {

// x beside y with its reduced axes kept: walking x, y advances along kept axes and stays along reduced ones.
struct Walk {
  BroadcastLoop loop;
  std::int64_t results;   // elements of y
  std::int64_t elements;  // of x, behind each of them
};

Walk WalkOf(const KernelSite& site) {
  const Shape& x = site.input_types[0].shape;
  Shape kept = x;
  std::int64_t elements = 1;
  for (const int axis : NormalizedAxes(ConstantInts(site, 1, "the axes"), x.rank())) {
    elements *= x[axis];
    kept[axis] = 1;
  }
  return {BroadcastLoop(x, std::array{kept}), kept.num_elements(), elements};
}

// Combines element by element in double or in 64-bit integers, whatever the type.
class ReduceLoop final : public Kernel {
 public:
  ReduceLoop(Reduction function, const KernelSite& site) : function_(function), walk_(WalkOf(site)) {}

  std::size_t scratch_bytes() const override { return AsSize(walk_.results) * sizeof(double); }

  void Run(const KernelArgs& args) const override {
    const ReduceFunction& row = FunctionOf(function_);
    VisitElement(args.inputs[0].type.dtype, [&](auto element) {
      using T = decltype(element);
      if constexpr (std::is_floating_point_v<T>) {
        Reduce<T, double>(args, row.real, row.first_real);
      } else {
        Reduce<T, std::int64_t>(args, row.integer, row.first_integer);
      }
    });
  }

 private:
  template <class T, class Wide>
  void Reduce(const KernelArgs& args, Wide (*combine)(Wide, Wide), Wide first) const {
    const auto x = args.inputs[0].as<T>();
    const auto y = args.outputs[0].as<T>();
    Wide* sums = reinterpret_cast<Wide*>(args.scratch.data());
    std::fill_n(sums, y.size(), first);
    const BroadcastLoop& loop = walk_.loop;
    if (!x.empty()) {
      loop.ForEachRun(0, loop.runs(), [&](std::int64_t at, const BroadcastLoop::Offsets& to) {
        for (std::int64_t i = 0; i < loop.length(); ++i) {
          Wide& sum = sums[to[0] + i * loop.step(0)];
          sum = combine(sum, static_cast<Wide>(x[AsSize(at + i)]));
        }
      });
    }
    for (std::size_t i = 0; i < y.size(); ++i) y[i] = Finish<T>(sums[i]);
  }

  template <class T, class Wide>
  T Finish(Wide sum) const {
    if (function_ == Reduction::kMean) {
      if constexpr (std::is_integral_v<Wide>) {
        if (walk_.elements == 0) return T{0};
      }
      return static_cast<T>(sum / static_cast<Wide>(walk_.elements));
    }
    if (walk_.elements == 0 && std::is_integral_v<T>) {
      // The start is left, which lies outside a narrow type.
      sum = std::clamp(sum, static_cast<Wide>(std::numeric_limits<T>::min()),
                       static_cast<Wide>(std::numeric_limits<T>::max()));
    }
    return static_cast<T>(sum);
  }

  Reduction function_;
  Walk walk_;
};

// fp32. Along reduced runs, kLanes partial results take turns so that the compiler makes vectors of them; along kept
// runs, results are combined side by side.
template <class Combine>
class FastReduce final : public Kernel {
 public:
  FastReduce(Combine combine, float first, Reduction function, const KernelSite& site)
      : combine_(combine), first_(first), walk_(WalkOf(site)) {
    if (function == Reduction::kMean) scale_ = 1 / static_cast<float>(walk_.elements);
  }

  void Run(const KernelArgs& args) const override {
    const auto x = args.inputs[0].as<float>();
    const auto y = args.outputs[0].as<float>();
    std::fill(y.begin(), y.end(), first_);
    const BroadcastLoop& loop = walk_.loop;
    if (!x.empty()) {
      loop.ForEachRun(0, loop.runs(), [&](std::int64_t at, const BroadcastLoop::Offsets& to) {
        if (loop.step(0) == 0) {
          y[AsSize(to[0])] = combine_(y[AsSize(to[0])], ReduceRun(x.data() + at, loop.length()));
        } else {
          CombineRun(x.data() + at, y.data() + to[0], loop.length());
        }
      });
    }
    if (scale_ != 1) {
      for (float& result : y) result *= scale_;
    }
  }

 private:
  static constexpr std::int64_t kLanes = 16;

  float ReduceRun(const float* x, std::int64_t length) const {
    std::array<float, kLanes> lanes;
    lanes.fill(first_);
    std::int64_t i = 0;
    for (; i + kLanes <= length; i += kLanes) CombineRun(x + i, lanes.data(), kLanes);
    CombineRun(x + i, lanes.data(), length - i);
    float result = first_;
    for (const float lane : lanes) result = combine_(result, lane);
    return result;
  }

  void CombineRun(const float* x, float* y, std::int64_t length) const {
    for (std::int64_t i = 0; i < length; ++i) y[i] = combine_(y[i], x[i]);
  }

  Combine combine_;
  float first_;
  float scale_ = 1;
  Walk walk_;
};

template <class Combine>
std::unique_ptr<const Kernel> MakeFast(Combine combine, const ReduceOpBase& op, const KernelSite& site) {
  const auto first = static_cast<float>(FunctionOf(op.function()).first_real);
  return std::make_unique<FastReduce<Combine>>(combine, first, op.function(), site);
}

// Null where the plain loop is all there is.
std::unique_ptr<const Kernel> MakeFastReduce(const ReduceOpBase& op, const KernelSite& site) {
  switch (op.function()) {
    case Reduction::kMax:
      return MakeFast([](float a, float b) { return b > a || b != b ? b : a; }, op, site);
    case Reduction::kMin:
      return MakeFast([](float a, float b) { return b < a || b != b ? b : a; }, op, site);
    case Reduction::kSum:
    case Reduction::kMean:
      return MakeFast([](float a, float b) { return a + b; }, op, site);
    default:
      return nullptr;
  }
}

}  // namespace

std::unique_ptr<const Kernel> MakeReduceKernel(const ReduceOpBase& op, const KernelSite& site) {
  RequireComputesIn(op.name(), site.input_types[0].dtype);
  if (site.set == KernelSet::kFast && site.input_types[0].dtype == DType::kF32) {
    if (auto kernel = MakeFastReduce(op, site)) return kernel;
  }
  return std::make_unique<ReduceLoop>(op.function(), site);
}

}  // namespace stepwell::ops::reduce
