#include "stepwell/ops/attention/attention_kernel.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "stepwell/kernels/attention/attention.h"

namespace stepwell::ops::attention {
namespace {

using kernels::AttentionShape;
using kernels::AttentionStrides;
using kernels::AttentionTensors;

constexpr int kRank = 4;
using Strides = std::array<std::int64_t, kRank>;  // of [batch, heads, rows, columns]

AttentionStrides Named(const Strides& strides) { return {strides[0], strides[1], strides[2], strides[3]}; }

// Of a dense tensor.
std::vector<std::int64_t> DenseStrides(const Shape& shape) {
  std::vector<std::int64_t> strides(AsSize(shape.rank()), 1);
  for (int axis = shape.rank() - 2; axis >= 0; --axis) {
    strides[AsSize(axis)] = strides[AsSize(axis) + 1] * shape[axis + 1];
  }
  return strides;
}

// The strides of a tensor whose axes are put into an order; missing leading axes, and those of extent 1, have stride 0.
AttentionStrides OrderedStrides(const Shape& shape, std::span<const std::int64_t> order) {
  const auto dense = DenseStrides(shape);
  Strides strides{};
  const int missing = kRank - shape.rank();
  for (int axis = 0; axis < shape.rank(); ++axis) {
    const auto from = order[AsSize(axis)];
    if (axis >= shape.rank() - 2 || shape[static_cast<int>(from)] != 1) {
      strides[AsSize(axis + missing)] = dense[AsSize(from)];
    }
  }
  return Named(strides);
}

// The strides of Y, whose axes the dense result has in another order.
AttentionStrides ResultStrides(const Shape& result, std::span<const std::int64_t> order) {
  const auto dense = DenseStrides(result);
  Strides strides{};
  for (int axis = 0; axis < result.rank(); ++axis) {
    strides[AsSize(order[AsSize(axis)]) + AsSize(kRank - result.rank())] = dense[AsSize(axis)];
  }
  return Named(strides);
}

AttentionStrides MaskStrides(const Shape& mask) {
  const auto dense = DenseStrides(mask);
  Strides strides{};
  for (int axis = 0; axis < mask.rank(); ++axis) {
    if (mask[axis] != 1) strides[AsSize(axis + kRank - mask.rank())] = dense[AsSize(axis)];
  }
  return Named(strides);
}

AttentionShape ShapeOf(const Attention& op, const KernelSite& site) {
  const auto input = [&](std::size_t i) -> const Shape& { return site.input_types[i].shape; };
  const AttentionShapes shapes = ShapesOf(op, input(0), input(1), input(2));
  const int rank = shapes.y.rank();
  AttentionShape shape;
  if (rank > 3) shape.batch = shapes.y[rank - 4];
  if (rank > 2) shape.heads = shapes.y[rank - 3];
  shape.rows = shapes.y[rank - 2];
  shape.keys = shapes.k[rank - 2];
  shape.depth = shapes.k[rank - 1];
  shape.value_depth = shapes.y[rank - 1];
  shape.scale = op.scale;
  shape.q = OrderedStrides(input(0), op.q_order);
  shape.k = OrderedStrides(input(1), op.k_order);
  shape.v = OrderedStrides(input(2), op.v_order);
  shape.out = ResultStrides(site.output_types[0].shape, op.out_order);
  if (site.input_types.size() > 3) shape.mask = MaskStrides(input(3));
  return shape;
}

AttentionTensors TensorsOf(const KernelArgs& args) {
  const auto input = [&](std::size_t i) { return args.inputs[i].as<float>().data(); };
  return {input(0), input(1), input(2), args.inputs.size() > 3 ? input(3) : nullptr,
          args.outputs[0].as<float>().data()};
}

std::int64_t At(const AttentionStrides& strides, std::int64_t b, std::int64_t h, std::int64_t row,
                std::int64_t column) {
  return b * strides.batch + h * strides.head + row * strides.row + column * strides.column;
}

// The definition in double.
class AttentionLoop final : public Kernel {
 public:
  explicit AttentionLoop(const AttentionShape& shape) : shape_(shape) {}

  std::size_t scratch_bytes() const override { return AsSize(shape_.keys) * sizeof(double); }

  void Run(const KernelArgs& args) const override {
    const std::span<double> weights(reinterpret_cast<double*>(args.scratch.data()), AsSize(shape_.keys));
    for (std::int64_t b = 0; b < shape_.batch; ++b) {
      for (std::int64_t h = 0; h < shape_.heads; ++h) {
        for (std::int64_t m = 0; m < shape_.rows; ++m) RunRow(TensorsOf(args), b, h, m, weights);
      }
    }
  }

 private:
  void RunRow(const AttentionTensors& x, std::int64_t b, std::int64_t h, std::int64_t m,
              std::span<double> weights) const {
    for (std::int64_t n = 0; n < shape_.keys; ++n) weights[AsSize(n)] = Score(x, b, h, m, n);
    const double largest = *std::ranges::max_element(weights);
    double sum = 0;
    for (double& weight : weights) sum += weight = std::exp(weight - largest);
    for (std::int64_t d = 0; d < shape_.value_depth; ++d) {
      double y = 0;
      for (std::int64_t n = 0; n < shape_.keys; ++n) {
        y += weights[AsSize(n)] / sum * static_cast<double>(x.v[At(shape_.v, b, h, n, d)]);
      }
      x.out[At(shape_.out, b, h, m, d)] = static_cast<float>(y);
    }
  }

  double Score(const AttentionTensors& x, std::int64_t b, std::int64_t h, std::int64_t m, std::int64_t n) const {
    double score = 0;
    for (std::int64_t d = 0; d < shape_.depth; ++d) {
      score += static_cast<double>(x.q[At(shape_.q, b, h, m, d)]) * static_cast<double>(x.k[At(shape_.k, b, h, n, d)]);
    }
    score *= static_cast<double>(shape_.scale);
    return shape_.mask ? score + static_cast<double>(x.mask[At(*shape_.mask, b, h, m, n)]) : score;
  }

  AttentionShape shape_;
};

class FastAttention final : public Kernel {
 public:
  explicit FastAttention(const AttentionShape& shape) : shape_(shape) {}

  std::size_t scratch_bytes() const override {
    return kernels::AttentionScratchBytes(shape_, WorkerTeam::Shared().num_threads());
  }
  void Run(const KernelArgs& args) const override { kernels::Attention(shape_, TensorsOf(args), args.scratch); }

 private:
  AttentionShape shape_;
};

}  // namespace

std::unique_ptr<const Kernel> MakeAttentionKernel(const Attention& op, const KernelSite& site) {
  const AttentionShape shape = ShapeOf(op, site);
  Require(shape.keys > 0, ErrorKind::kInvalidModel, "Attention needs at least one key");
  if (site.set == KernelSet::kReference) return std::make_unique<AttentionLoop>(shape);
  return std::make_unique<FastAttention>(shape);
}

}  // namespace stepwell::ops::attention
