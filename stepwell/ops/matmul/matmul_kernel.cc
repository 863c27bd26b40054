#include <optional>

#include "stepwell/base/visit_element.h"
#include "stepwell/kernels/gemm/matmul.h"
#include "stepwell/kernels/gemm/multiply.h"
#include "stepwell/ops/computes_in.h"
#include "stepwell/ops/matmul/matmul_kernels.h"

namespace stepwell::ops::matmul {
namespace {

// The definition: floats are summed in double, integers wrap.
class MatMulLoop final : public Kernel {
 public:
  MatMulLoop(const MatMul& op, const KernelSite& site)
      : op_(op), shapes_(ProductShapesOf(op, site.input_types[0].shape, site.input_types[1].shape)) {}

  void Run(const KernelArgs& args) const override {
    VisitElement(args.outputs[0].type.dtype, [&](auto element) {
      using T = decltype(element);
      const std::int64_t elements = Rows() * Columns();
      const std::int64_t products = elements == 0 ? 0 : shapes_.y.num_elements() / elements;
      for (std::int64_t product = 0; product < products; ++product) {
        RunProduct<T>(args.inputs[0].as<T>().data() + OffsetOf(product, shapes_.a),
                      args.inputs[1].as<T>().data() + OffsetOf(product, shapes_.b),
                      args.outputs[0].as<T>().data() + product * elements);
      }
    });
  }

 private:
  std::int64_t Rows() const { return shapes_.y[shapes_.y.rank() - 2]; }
  std::int64_t Columns() const { return shapes_.y[shapes_.y.rank() - 1]; }
  std::int64_t Inner() const { return shapes_.a[shapes_.a.rank() - 1]; }

  // Where the operand's part of a product starts: its number is counted along the leading axes of y.
  std::int64_t OffsetOf(std::int64_t product, const Shape& operand) const {
    std::int64_t stride = operand[operand.rank() - 1] * operand[operand.rank() - 2];
    std::int64_t offset = 0;
    for (int from_end = 3; from_end <= shapes_.y.rank(); ++from_end) {
      const Dim extent = shapes_.y[shapes_.y.rank() - from_end];
      if (from_end <= operand.rank() && operand[operand.rank() - from_end] != 1) {
        offset += product % extent * stride;
        stride *= extent;
      }
      product /= extent;
    }
    return offset;
  }

  template <class T>
  void RunProduct(const T* a, const T* b, T* y) const {
    using Sum = std::conditional_t<std::is_floating_point_v<T>, double, std::uint64_t>;
    for (std::int64_t m = 0; m < Rows(); ++m) {
      for (std::int64_t n = 0; n < Columns(); ++n) {
        Sum sum = 0;
        for (std::int64_t k = 0; k < Inner(); ++k) {
          const T left = a[op_.transpose_a ? k * Rows() + m : m * Inner() + k];
          const T right = b[op_.transpose_b ? n * Inner() + k : k * Columns() + n];
          sum += static_cast<Sum>(left) * static_cast<Sum>(right);
        }
        y[m * Columns() + n] = static_cast<T>(sum);
      }
    }
  }

  MatMul op_;
  ProductShapes shapes_;
};

class PackedMatMul final : public Kernel {
 public:
  PackedMatMul(std::shared_ptr<const kernels::PackedMatrix> weights, std::int64_t outputs)
      : weights_(std::move(weights)), scratch_bytes_(ProductScratchBytes(*weights_, outputs)) {}

  void Run(const KernelArgs& args) const override {
    const auto a = args.inputs[0].as<float>();
    const auto y = args.outputs[0].as<float>();
    if (y.empty()) return;
    const std::int64_t rows = static_cast<std::int64_t>(y.size()) / weights_->outputs();
    kernels::Multiply(*weights_, a, rows, y, {}, WorkerTeam::Shared(), args.scratch);
  }
  std::size_t scratch_bytes() const override { return scratch_bytes_; }
  bool ReadsInput(int input) const override { return input == 0; }

 private:
  std::shared_ptr<const kernels::PackedMatrix> weights_;
  std::size_t scratch_bytes_;
};

class ComputedMatMul final : public Kernel {
 public:
  explicit ComputedMatMul(kernels::MatMulPlan plan) : plan_(std::move(plan)) {}

  void Run(const KernelArgs& args) const override {
    plan_.Run(args.inputs[0].as<float>(), args.inputs[1].as<float>(), args.outputs[0].as<float>(), args.scratch);
  }
  std::size_t scratch_bytes() const override { return plan_.ScratchBytes(WorkerTeam::Shared().num_threads()); }

 private:
  kernels::MatMulPlan plan_;
};

// Whether b is one constant matrix and the rows of a lie one after the other, whatever its leading axes.
bool IsRowsTimesWeights(const MatMul& op, const KernelSite& site) {
  if (site.constants[1] == nullptr || (op.transpose_a && site.input_types[0].shape.rank() > 1)) return false;
  const Shape& weights = site.input_types[1].shape;
  if (weights.rank() < 2) return false;
  return weights.num_elements() == weights[weights.rank() - 1] * weights[weights.rank() - 2];
}

// A shape with a second axis where it had one.
Shape AtLeastMatrix(const Shape& shape, const Shape& matrix) { return shape.rank() == 1 ? matrix : shape; }

std::unique_ptr<const Kernel> MakeComputedMatMul(const MatMul& op, const KernelSite& site) {
  const Shape& a = site.input_types[0].shape;
  const Shape& b = site.input_types[1].shape;
  const ProductShapes shapes = ProductShapesOf(op, a, b);
  const auto transposed = [](bool is_transposed, const Shape& shape) {
    return is_transposed && shape.rank() > 1 ? kernels::Transposed::kYes : kernels::Transposed::kNo;
  };
  return std::make_unique<ComputedMatMul>(kernels::MatMulPlan(AtLeastMatrix(a, shapes.a), AtLeastMatrix(b, shapes.b),
                                                              transposed(op.transpose_a, a),
                                                              transposed(op.transpose_b, b)));
}

}  // namespace

std::unique_ptr<const Kernel> MakeMatMulKernel(const MatMul& op, const KernelSite& site) {
  RequireComputesIn(op.name(), site.output_types[0].dtype);
  if (site.set == KernelSet::kReference || site.output_types[0].dtype != DType::kF32) {
    return std::make_unique<MatMulLoop>(op, site);
  }
  if (IsRowsTimesWeights(op, site)) {
    return std::make_unique<PackedMatMul>(PackWeights(*site.constants[1], op.transpose_b, site.weights),
                                          site.output_types[0].shape.num_elements());
  }
  return MakeComputedMatMul(op, site);
}

}  // namespace stepwell::ops::matmul
