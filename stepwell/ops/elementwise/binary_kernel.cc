#include <array>
#include <cmath>

#include "stepwell/base/parallel.h"
#include "stepwell/base/visit_element.h"
#include "stepwell/ops/broadcast_loop.h"
#include "stepwell/ops/computes_in.h"
#include "stepwell/ops/elementwise/elementwise_kernels.h"

namespace stepwell::ops::elementwise {
namespace {

BroadcastLoop LoopOf(const KernelSite& site) {
  return BroadcastLoop(site.output_types[0].shape, std::array{site.input_types[0].shape, site.input_types[1].shape});
}

// The function itself, called for one pair of elements after the other.
class BinaryLoop final : public Kernel {
 public:
  BinaryLoop(const BinaryFunction& row, const KernelSite& site) : row_(row), loop_(LoopOf(site)) {}

  void Run(const KernelArgs& args) const override {
    const DType dtype = args.inputs[0].type.dtype;
    VisitElement(dtype, [&](auto element) {
      using T = decltype(element);
      if (dtype == DType::kBool) {
        Store<T, std::uint8_t>(args, [&](T a, T b) { return row_.logical(a != 0, b != 0); });
      } else if constexpr (std::is_floating_point_v<T>) {
        StoreNumber<T>(args, row_.real);
      } else {
        StoreNumber<T>(args, row_.integer);
      }
    });
  }

 private:
  template <class T, class Wide>
  void StoreNumber(const KernelArgs& args, Wide (*wide_function)(Wide, Wide)) const {
    const auto function = [&](T a, T b) { return wide_function(static_cast<Wide>(a), static_cast<Wide>(b)); };
    if (row_.result == BinaryFunction::Result::kBool) {
      Store<T, std::uint8_t>(args, function);
    } else {
      Store<T, T>(args, function);
    }
  }

  template <class T, class Result, class Function>
  void Store(const KernelArgs& args, Function&& function) const {
    const T* a = args.inputs[0].as<T>().data();
    const T* b = args.inputs[1].as<T>().data();
    Result* y = args.outputs[0].as<Result>().data();
    loop_.ForEachRun(0, loop_.runs(), [&](std::int64_t at, const BroadcastLoop::Offsets& from) {
      for (std::int64_t i = 0; i < loop_.length(); ++i) {
        y[at + i] = static_cast<Result>(function(a[from[0] + i * loop_.step(0)], b[from[1] + i * loop_.step(1)]));
      }
    });
  }

  const BinaryFunction& row_;
  BroadcastLoop loop_;
};

// One run, its loop free of strides so that the compiler makes vectors of it.
template <class Function>
void RunVector(const float* a, std::int64_t a_step, const float* b, std::int64_t b_step, float* y, std::int64_t length,
               Function function) {
  if (a_step == 1 && b_step == 1) {
    for (std::int64_t i = 0; i < length; ++i) y[i] = function(a[i], b[i]);
  } else if (a_step == 1) {
    const float right = *b;
    for (std::int64_t i = 0; i < length; ++i) y[i] = function(a[i], right);
  } else if (b_step == 1) {
    const float left = *a;
    for (std::int64_t i = 0; i < length; ++i) y[i] = function(left, b[i]);
  } else {
    const float value = function(*a, *b);
    for (std::int64_t i = 0; i < length; ++i) y[i] = value;
  }
}

// fp32 arithmetic, cut into equal parts for the team where there is enough of it.
template <class Function>
class FastBinary final : public Kernel {
 public:
  FastBinary(Function function, const KernelSite& site) : function_(function), loop_(LoopOf(site)) {}

  void Run(const KernelArgs& args) const override {
    const float* a = args.inputs[0].as<float>().data();
    const float* b = args.inputs[1].as<float>().data();
    float* y = args.outputs[0].as<float>().data();
    if (loop_.length() == 0 || loop_.runs() == 0) return;
    if (loop_.runs() * loop_.length() < kWorthATeam) return RunPart(a, b, y, {0, loop_.runs()}, {0, loop_.length()});
    WorkerTeam& team = WorkerTeam::Shared();
    const int members = team.num_threads();
    const bool cuts_runs = loop_.runs() == 1;
    team.Run([&](int member) {
      const Range runs = cuts_runs ? Range{0, 1} : PartOf(loop_.runs(), 1, member, members);
      const Range part = cuts_runs ? PartOf(loop_.length(), kGrain, member, members) : Range{0, loop_.length()};
      RunPart(a, b, y, runs, part);
    });
  }

 private:
  static constexpr std::int64_t kWorthATeam = 1 << 16;  // elements; below, waking the team costs more than it saves
  static constexpr std::int64_t kGrain = 16;            // a cache line of floats

  // The elements `part` of each of the runs.
  void RunPart(const float* a, const float* b, float* y, Range runs, Range part) const {
    loop_.ForEachRun(runs.begin, runs.end, [&](std::int64_t at, const BroadcastLoop::Offsets& from) {
      const float* left = a + from[0] + part.begin * loop_.step(0);
      const float* right = b + from[1] + part.begin * loop_.step(1);
      RunVector(left, loop_.step(0), right, loop_.step(1), y + at + part.begin, part.end - part.begin, function_);
    });
  }

  Function function_;
  BroadcastLoop loop_;
};

template <class Function>
std::unique_ptr<const Kernel> MakeFast(Function function, const KernelSite& site) {
  return std::make_unique<FastBinary<Function>>(function, site);
}

// Null where the plain loop is all there is.
std::unique_ptr<const Kernel> MakeFastBinary(Binary function, const KernelSite& site) {
  switch (function) {
    case Binary::kAdd:
      return MakeFast([](float a, float b) { return a + b; }, site);
    case Binary::kSubtract:
      return MakeFast([](float a, float b) { return a - b; }, site);
    case Binary::kMultiply:
      return MakeFast([](float a, float b) { return a * b; }, site);
    case Binary::kDivide:
    case Binary::kTruncatedDivide:
      return MakeFast([](float a, float b) { return a / b; }, site);
    case Binary::kMaximum:
      return MakeFast([](float a, float b) { return a < b ? b : a; }, site);
    case Binary::kMinimum:
      return MakeFast([](float a, float b) { return b < a ? b : a; }, site);
    case Binary::kSquaredDifference:
      return MakeFast([](float a, float b) { return (a - b) * (a - b); }, site);
    default:
      return nullptr;
  }
}

// Powers that are one to three operations, for a constant exponent; null for others.
std::unique_ptr<const Kernel> MakeFastPower(const KernelSite& site) {
  if (site.constants[1] == nullptr) return nullptr;
  const std::optional<double> exponent = site.constants[1]->UniformValue();
  if (exponent == 2) return MakeFast([](float a, float) { return a * a; }, site);
  if (exponent == 3) return MakeFast([](float a, float) { return a * a * a; }, site);
  if (exponent == -0.5) return MakeFast([](float a, float) { return 1 / std::sqrt(a); }, site);
  if (exponent == -1) return MakeFast([](float a, float) { return 1 / a; }, site);
  return nullptr;
}

}  // namespace

std::unique_ptr<const Kernel> MakeBinaryKernel(const BinaryOpBase& op, const KernelSite& site) {
  RequireComputesIn(op.name(), site.input_types[0].dtype);
  if (site.set == KernelSet::kFast && site.input_types[0].dtype == DType::kF32) {
    if (auto kernel = op.function() == Binary::kPower ? MakeFastPower(site) : MakeFastBinary(op.function(), site)) {
      return kernel;
    }
  }
  return std::make_unique<BinaryLoop>(FunctionOf(op.function()), site);
}

}  // namespace stepwell::ops::elementwise
