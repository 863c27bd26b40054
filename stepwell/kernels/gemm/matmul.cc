#include "stepwell/kernels/gemm/matmul.h"

#include <fmt/format.h>

#include <algorithm>

#include "stepwell/base/checked.h"
#include "stepwell/base/error.h"
#include "stepwell/kernels/gemm/tile.h"
#include "stepwell/kernels/gemm/transpose.h"

namespace stepwell::kernels {
namespace {

// Below this many multiply-adds a second thread costs more than it saves.
constexpr std::int64_t kLeastForTeam = 1 << 18;

Shape LeadingAxes(const Shape& shape) { return Shape(shape.dims().first(AsSize(shape.rank() - 2))); }

// Elements from one index of each leading axis of `out` to the next, in an operand of `shape`; 0 where it is broadcast.
Shape LeadingStrides(const Shape& shape, const Shape& out) {
  Shape strides = Shape::Filled(out.rank(), 0);
  Dim stride = shape[shape.rank() - 1] * shape[shape.rank() - 2];
  const int offset = out.rank() - (shape.rank() - 2);
  for (int axis = shape.rank() - 3; axis >= 0; --axis) {
    if (shape[axis] != 1) strides[axis + offset] = stride;
    stride *= shape[axis];
  }
  return strides;
}

// The operand's offset of the product with this number.
std::int64_t OffsetOf(std::int64_t number, const Shape& leading, const Shape& strides) {
  std::int64_t offset = 0;
  for (int axis = leading.rank() - 1; axis >= 0; --axis) {
    offset += number % leading[axis] * strides[axis];
    number /= leading[axis];
  }
  return offset;
}

}  // namespace

MatMulPlan::MatMulPlan(const Shape& a, const Shape& b, Transposed transposed_a, Transposed transposed_b)
    : transposed_a_(transposed_a), transposed_b_(transposed_b) {
  if (!a.is_static() || !b.is_static() || a.rank() < 2 || b.rank() < 2) {
    throw Error(
        ErrorKind::kInvalidArgument,
        fmt::format("a matrix product needs two static shapes of rank 2 or more, not {} and {}", ToText(a), ToText(b)));
  }
  const bool swap_a = transposed_a == Transposed::kYes, swap_b = transposed_b == Transposed::kYes;
  rows_ = a[a.rank() - (swap_a ? 1 : 2)];
  inner_ = a[a.rank() - (swap_a ? 2 : 1)];
  columns_ = b[b.rank() - (swap_b ? 2 : 1)];
  if (inner_ != b[b.rank() - (swap_b ? 1 : 2)]) {
    throw Error(ErrorKind::kInvalidArgument,
                fmt::format("cannot multiply {}{} by {}{}: the summed axes differ", ToText(a),
                            swap_a ? " (transposed)" : "", ToText(b), swap_b ? " (transposed)" : ""));
  }
  const Shape leading = BroadcastShapes(LeadingAxes(a), LeadingAxes(b));
  out_shape_ = leading;
  out_shape_.Append(rows_);
  out_shape_.Append(columns_);
  if (out_shape_.num_elements() > 0) ListProducts(leading, a, b);
}

void MatMulPlan::ListProducts(const Shape& leading, const Shape& a, const Shape& b) {
  const Shape strides_a = LeadingStrides(a, leading), strides_b = LeadingStrides(b, leading);
  products_.resize(AsSize(leading.num_elements()));
  for (std::int64_t number = 0; number < std::ssize(products_); ++number) {
    products_[AsSize(number)] = {OffsetOf(number, leading, strides_a), OffsetOf(number, leading, strides_b)};
  }
}

// Does one member's share of a run.
class MatMulRun {
 public:
  MatMulRun(const MatMulPlan& plan, const float* a, const float* b, float* out, std::span<std::byte> scratch)
      : plan_(plan), a_(a), b_(b), out_(out), panels_((plan.columns_ + kPanelWidth - 1) / kPanelWidth) {
    scratch_ = reinterpret_cast<float*>(scratch.data());
  }

  // Columns are packed a panel at a time, rows turned a tile at a time, each in the member's own scratch.
  static std::int64_t PanelElements(const MatMulPlan& plan) { return plan.inner_ * kPanelWidth; }
  static std::int64_t MemberElements(const MatMulPlan& plan) {
    const bool turns_rows = plan.transposed_a_ == Transposed::kYes;
    const std::int64_t elements = PanelElements(plan) + (turns_rows ? plan.inner_ * kMostTileRows : 0);
    return (elements + kPanelWidth - 1) / kPanelWidth * kPanelWidth;
  }

  std::int64_t Work() const { return std::ssize(plan_.products_) * plan_.rows_ * plan_.columns_ * plan_.inner_; }

  void Compute(int member, int members) const {
    float* scratch = scratch_ + member * MemberElements(plan_);
    const Range mine = PartOf(std::ssize(plan_.products_) * panels_, 1, member, members);
    for (std::int64_t index = mine.begin; index < mine.end; ++index) {
      ComputePanel(index / panels_, index % panels_, scratch);
    }
  }

 private:
  // Where a panel of b is, and how far its inputs lie apart.
  struct Panel {
    const float* data;
    std::int64_t stride;
  };

  Panel PackPanel(const float* b, std::int64_t column, std::int64_t columns, float* packed) const {
    if (plan_.transposed_b_ == Transposed::kYes) {
      Transpose({b + column * plan_.inner_, columns, plan_.inner_, plan_.inner_}, packed, kPanelWidth);
      return {packed, kPanelWidth};
    }
    // A whole panel can be read where it lies.
    if (columns == kPanelWidth) return {b + column, plan_.columns_};
    for (std::int64_t k = 0; k < plan_.inner_; ++k) {
      std::copy_n(b + k * plan_.columns_ + column, columns, packed + k * kPanelWidth);
    }
    return {packed, kPanelWidth};
  }

  void ComputePanel(std::int64_t product, std::int64_t panel, float* scratch) const {
    const auto& offsets = plan_.products_[AsSize(product)];
    const std::int64_t column = panel * kPanelWidth;
    const std::int64_t columns = std::min(kPanelWidth, plan_.columns_ - column);
    const Panel packed = PackPanel(b_ + offsets.b, column, columns, scratch);
    float* out = out_ + product * plan_.rows_ * plan_.columns_ + column;
    for (std::int64_t row = 0; row < plan_.rows_; row += kMostTileRows) {
      Tile tile(std::min(kMostTileRows, plan_.rows_ - row));
      tile.StartWithZeros();
      const RowPointers a = RowsOf(a_ + offsets.a, row, tile.rows(), scratch + PanelElements(plan_));
      AddPanelProduct({.a = a.data(),
                       .rows = tile.rows(),
                       .panel = PanelWeights::OfFloats(packed.data, packed.stride),
                       .inputs = plan_.inner_,
                       .tile = tile.data()});
      tile.CopyTo(out + row * plan_.columns_, columns, plan_.columns_);
    }
  }

  RowPointers RowsOf(const float* a, std::int64_t row, std::int64_t rows, float* turned) const {
    if (plan_.transposed_a_ == Transposed::kNo) return {a + row * plan_.inner_, rows, plan_.inner_};
    Transpose({a + row, plan_.inner_, rows, plan_.rows_}, turned, plan_.inner_);
    return {turned, rows, plan_.inner_};
  }

  const MatMulPlan& plan_;
  const float* a_;
  const float* b_;
  float* out_;
  const std::int64_t panels_;
  float* scratch_;
};

std::size_t MatMulPlan::ScratchBytes(int members) const {
  return AsSize(members * MatMulRun::MemberElements(*this)) * sizeof(float);
}

void MatMulPlan::Run(std::span<const float> a, std::span<const float> b, std::span<float> out,
                     std::span<std::byte> scratch, WorkerTeam& team) const {
  STEPWELL_CHECK(out.size() == AsSize(out_shape_.num_elements()));
  STEPWELL_CHECK(scratch.size() >= ScratchBytes(team.num_threads()));
  const MatMulRun run(*this, a.data(), b.data(), out.data(), scratch);
  if (run.Work() < kLeastForTeam) return run.Compute(0, 1);
  team.Run([&](int member) { run.Compute(member, team.num_threads()); });
}

}  // namespace stepwell::kernels
