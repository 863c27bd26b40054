#include "stepwell/kernels/recurrent/gru_reference.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "stepwell/base/checked.h"

namespace stepwell::kernels {
namespace {

using Values = std::vector<double>;

// A step of one row.
class Step {
 public:
  Step(const GruWeights& weights, std::span<const float> x, std::span<const float> h)
      : weights_(weights), cells_(weights.recurrent.inputs), x_(x.begin(), x.end()), h_(h.begin(), h.end()) {}

  Values NewState() const {
    Values update, reset, reset_state, state;
    for (std::int64_t n = 0; n < cells_; ++n) {
      update.push_back(Sigmoid(Gate(weights_.order.update, n)));
      reset.push_back(Sigmoid(Gate(weights_.order.reset, n)));
      reset_state.push_back(reset.back() * h_[AsSize(n)]);
    }
    for (std::int64_t n = 0; n < cells_; ++n) {
      const std::int64_t column = weights_.order.candidate * cells_ + n;
      double sum = Product(x_, weights_.input, column) + At(weights_.bias, column);
      if (weights_.reset == GruReset::kState) {
        sum += Product(reset_state, weights_.recurrent, column);
      } else {
        sum += reset[AsSize(n)] * (Product(h_, weights_.recurrent, column) + At(weights_.product_bias, n));
      }
      const double z = update[AsSize(n)];
      state.push_back((1 - z) * std::tanh(Clipped(sum)) + z * h_[AsSize(n)]);
    }
    return state;
  }

 private:
  static double Sigmoid(double v) { return 1 / (1 + std::exp(-v)); }
  static double At(std::span<const float> values, std::int64_t index) {
    return values.empty() ? 0 : double{values[AsSize(index)]};
  }
  static double Product(const Values& a, const WeightSource& weights, std::int64_t column) {
    double sum = 0;
    for (std::int64_t k = 0; k < weights.inputs; ++k) sum += a[AsSize(k)] * double{ElementOf(weights, k, column)};
    return sum;
  }
  double Clipped(double v) const {
    return weights_.clip ? std::clamp(v, -double{*weights_.clip}, double{*weights_.clip}) : v;
  }
  double Gate(int place, std::int64_t n) const {
    const std::int64_t column = place * cells_ + n;
    return Clipped(Product(x_, weights_.input, column) + Product(h_, weights_.recurrent, column) +
                   At(weights_.bias, column));
  }

  const GruWeights& weights_;
  const std::int64_t cells_;
  const Values x_;
  const Values h_;
};

}  // namespace

void ReferenceGru(const GruWeights& weights, const SequenceExtent& extent, const GruArguments& arguments) {
  const std::size_t cells = AsSize(weights.recurrent.inputs), inputs = AsSize(weights.input.inputs);
  for (std::int64_t row = 0; row < extent.batch; ++row) {
    std::span<const float> h = arguments.initial_h.subspan(AsSize(row) * cells, cells);
    for (std::int64_t frame = 0; frame < extent.frames; ++frame) {
      const std::size_t place = AsSize(extent.Place(frame, row));
      const Values state = Step(weights, arguments.x.subspan(place * inputs, inputs), h).NewState();
      const std::span<float> out = arguments.h_all.subspan(place * cells, cells);
      std::transform(state.begin(), state.end(), out.begin(), [](double value) { return static_cast<float>(value); });
      h = out;
    }
  }
}

}  // namespace stepwell::kernels
