#include <algorithm>
#include <cmath>
#include <numeric>

#include "stepwell/base/visit_element.h"
#include "stepwell/ops/computes_in.h"
#include "stepwell/ops/order/lines.h"
#include "stepwell/ops/order/order_kernels.h"
#include "stepwell/ops/site_constants.h"

namespace stepwell::ops::order {
namespace {

class TopKKernel final : public Kernel {
 public:
  TopKKernel(const TopK& op, const KernelSite& site)
      : op_(op),
        lines_(Lines::Along(site.input_types[0].shape, NormalizedAxis(op.axis, site.input_types[0].shape.rank()))),
        k_(ConstantInt(site, 1, "k")) {}

  // The places of one line's elements, in the order found so far.
  std::size_t scratch_bytes() const override { return AsSize(lines_.length) * sizeof(std::int64_t); }

  void Run(const KernelArgs& args) const override {
    if (k_ == 0) return;  // lines may be empty then
    VisitElement(args.inputs[0].type.dtype, [&](auto element) { RunOn<decltype(element)>(args); });
  }

  bool ReadsInput(int input) const override { return input == 0; }

 private:
  template <class T>
  void RunOn(const KernelArgs& args) const {
    const T* x = args.inputs[0].as<T>().data();
    auto* places = reinterpret_cast<std::int64_t*>(args.scratch.data());
    lines_.ForEach([&](std::int64_t first) {
      std::iota(places, places + lines_.length, std::int64_t{0});
      std::partial_sort(places, places + k_, places + lines_.length, [&](std::int64_t a, std::int64_t b) {
        return ComesFirst(x[first + a * lines_.inner], x[first + b * lines_.inner], a, b);
      });
      if (op_.sort == TopK::Sort::kIndex) std::sort(places, places + k_);
      Put<T>(args, first, places);
    });
  }

  // A strict order also with NaN among the elements, which counts as larger than all others.
  template <class T>
  bool ComesFirst(T a, T b, std::int64_t place_a, std::int64_t place_b) const {
    const auto larger = [](T left, T right) {
      if constexpr (std::is_floating_point_v<T>) {
        if (std::isnan(left) || std::isnan(right)) return std::isnan(left) && !std::isnan(right);
      }
      return left > right;
    };
    const bool is_max = op_.mode == TopK::Mode::kMax;
    if (is_max ? larger(a, b) : larger(b, a)) return true;
    if (is_max ? larger(b, a) : larger(a, b)) return false;
    return place_a < place_b;
  }

  template <class T>
  void Put(const KernelArgs& args, std::int64_t first, const std::int64_t* places) const {
    const T* x = args.inputs[0].as<T>().data() + first;
    const std::int64_t outer = first / (lines_.length * lines_.inner);
    const std::int64_t to = outer * k_ * lines_.inner + first % lines_.inner;
    for (std::int64_t i = 0; i < k_; ++i) {
      args.outputs[0].as<T>()[AsSize(to + i * lines_.inner)] = x[places[i] * lines_.inner];
      PutIndex(args.outputs[1], to + i * lines_.inner, places[i]);
    }
  }

  static void PutIndex(const TensorView& indices, std::int64_t at, std::int64_t place) {
    if (indices.type.dtype == DType::kI32) {
      indices.as<std::int32_t>()[AsSize(at)] = static_cast<std::int32_t>(place);
    } else {
      indices.as<std::int64_t>()[AsSize(at)] = place;
    }
  }

  TopK op_;
  Lines lines_;
  std::int64_t k_;
};

}  // namespace

std::unique_ptr<const Kernel> MakeTopKKernel(const TopK& op, const KernelSite& site) {
  RequireComputesIn(op.name(), site.input_types[0].dtype);
  return std::make_unique<TopKKernel>(op, site);
}

}  // namespace stepwell::ops::order
