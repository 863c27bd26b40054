#include "stepwell/kernels/recurrent/lstm_reference.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "stepwell/base/checked.h"

namespace stepwell::kernels {
namespace {

using Values = std::vector<double>;

double Sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

double Bounded(double value, const std::optional<float>& bound) {
  return bound ? std::clamp(value, -double{*bound}, double{*bound}) : value;
}

double AtOrZero(std::span<const float> values, std::int64_t index) {
  return values.empty() ? 0 : double{values[AsSize(index)]};
}

// Adds a W to `sums`.
void AddProduct(std::span<const float> a, const WeightSource& weights, Values& sums) {
  for (std::int64_t n = 0; n < weights.outputs; ++n) {
    for (std::int64_t k = 0; k < weights.inputs; ++k) {
      sums[AsSize(n)] += double{a[AsSize(k)]} * double{ElementOf(weights, k, n)};
    }
  }
}

struct Cell {
  double cell;
  double output;
};

// `gates` are x W + h R + b.
Cell NextCell(const LstmWeights& weights, const Values& gates, std::int64_t cells, std::int64_t index,
              double old_cell) {
  const auto gate = [&](int place) { return Bounded(gates[AsSize(place * cells + index)], weights.gate_clip); };
  const double i = Sigmoid(gate(weights.order.input) + AtOrZero(weights.input_peephole, index) * old_cell);
  const double f = Sigmoid(gate(weights.order.forget) + AtOrZero(weights.forget_peephole, index) * old_cell);
  const double g = std::tanh(gate(weights.order.candidate));
  const double cell = Bounded(f * old_cell + i * g, weights.cell_clip);
  const double o = Sigmoid(gate(weights.order.output) + AtOrZero(weights.output_peephole, index) * cell);
  return {cell, o * std::tanh(cell)};
}

// `given`: of the gates, or empty.
Values GateSums(const LstmWeights& weights, std::int64_t cells, std::span<const float> x, std::span<const float> given,
                std::span<const float> h) {
  Values sums(AsSize(4 * cells));
  for (std::int64_t n = 0; n < 4 * cells; ++n) {
    sums[AsSize(n)] = AtOrZero(weights.bias, n) + AtOrZero(given, n);
    if (n / cells == weights.order.forget) sums[AsSize(n)] += double{weights.forget_bias};
  }
  AddProduct(x, weights.input, sums);
  AddProduct(h, weights.recurrent, sums);
  return sums;
}

void Project(const LstmWeights& weights, std::span<const float> unprojected, std::span<float> h) {
  Values sums(h.size());
  AddProduct(unprojected, *weights.projection, sums);
  for (std::size_t n = 0; n < h.size(); ++n) h[n] = static_cast<float>(Bounded(sums[n], weights.projection_clip));
}

struct RowState {
  std::vector<float> h;
  std::vector<float> c;
};

void Step(const LstmWeights& weights, std::span<const float> x, std::span<const float> given, RowState& state) {
  const std::int64_t cells = std::ssize(state.c);
  const Values sums = GateSums(weights, cells, x, given, state.h);
  std::vector<float> unprojected(state.c.size());
  for (std::int64_t index = 0; index < cells; ++index) {
    const Cell next = NextCell(weights, sums, cells, index, double{state.c[AsSize(index)]});
    state.c[AsSize(index)] = static_cast<float>(next.cell);
    unprojected[AsSize(index)] = static_cast<float>(next.output);
  }
  if (weights.projection) {
    Project(weights, unprojected, state.h);
  } else {
    state.h = unprojected;
  }
}

template <class T>
std::span<T> Row(std::span<T> all, std::int64_t index, std::int64_t size) {
  return all.subspan(AsSize(index * size), AsSize(size));
}

RowState InitialState(const LstmArguments& arguments, std::int64_t row, std::int64_t outputs, std::int64_t cells) {
  const auto h = Row(arguments.initial_h, row, outputs);
  const auto c = Row(arguments.initial_c, row, cells);
  return {{h.begin(), h.end()}, {c.begin(), c.end()}};
}

}  // namespace

void ReferenceLstm(const LstmWeights& weights, const LstmExtent& extent, const LstmArguments& arguments) {
  const std::int64_t cells = weights.recurrent.outputs / 4;
  const std::int64_t outputs = weights.recurrent.inputs;
  for (std::int64_t row = 0; row < extent.batch; ++row) {
    RowState state = InitialState(arguments, row, outputs, cells);
    for (std::int64_t frame = 0; frame < extent.frames; ++frame) {
      const bool frames_first = extent.order == SequenceOrder::kFramesFirst;
      const std::int64_t place = frames_first ? frame * extent.batch + row : row * extent.frames + frame;
      const auto& given = arguments.input_gates;
      Step(weights, Row(arguments.x, place, weights.input.inputs), given.empty() ? given : Row(given, place, 4 * cells),
           state);
      std::ranges::copy(state.h, Row(arguments.h_all, place, outputs).begin());
      std::ranges::copy(state.c, Row(arguments.c_all, place, cells).begin());
    }
    if (!arguments.c_last.empty()) std::ranges::copy(state.c, Row(arguments.c_last, row, cells).begin());
  }
}

}  // namespace stepwell::kernels
