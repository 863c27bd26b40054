#include "stepwell/kernels/gemm/multiply.h"

#include <algorithm>

#include "stepwell/base/checked.h"
#include "stepwell/base/error.h"
#include "stepwell/kernels/gemm/integer_panel.h"
#include "stepwell/kernels/gemm/integer_tiles.h"
#include "stepwell/kernels/gemm/tile.h"

namespace stepwell::kernels {
namespace {

// Below this many multiply-adds (some 10 µs) a second thread costs more than it saves.
constexpr std::int64_t kLeastForTeam = 1 << 18;

// Fewer panels do not repay looking for zeros.
constexpr std::int64_t kLeastPanelsToSkip = 4;

// Fewer rows are made integers sooner than threads meet.
constexpr std::int64_t kLeastRowsToShare = 4;

class Product {
 public:
  Product(const PackedMatrix& weights, const float* a, std::int64_t rows, float* out, const Epilogue& epilogue,
          std::byte* scratch)
      : weights_(weights),
        a_(a),
        rows_(rows),
        out_(out),
        epilogue_(epilogue),
        form_(weights, rows),
        integers_(form_, rows, scratch) {}

  void RunOn(WorkerTeam& team) const {
    const bool alone = rows_ * weights_.inputs() * weights_.outputs() < kLeastForTeam;
    const bool sets_rows_alone = IsOfIntegers() && (alone || rows_ < kLeastRowsToShare);
    if (sets_rows_alone) integers_.Set(RowsOf());
    if (alone) return Compute({0, weights_.panels()}, {0, rows_});
    team.RunWithBarrier([&](int member, int members, WorkerTeam::Barrier& barrier) {
      if (IsOfIntegers() && !sets_rows_alone) integers_.Set(RowsOf(), member, members, barrier);
      ComputePart(member, members);
    });
  }

 private:
  bool IsOfIntegers() const { return weights_.activations() == ActivationFormat::kInt8; }

  struct RowAt {
    const float* first;
    std::int64_t stride;
    const float* operator()(std::int64_t row) const { return first + row * stride; }
  };
  RowAt RowsOf() const { return {a_, weights_.inputs()}; }

  // Parts are stretches of panels, each read by one member only; where panels are too few, stretches of rows.
  void ComputePart(int member, int members) const {
    if (weights_.panels() >= 4 * members || rows_ <= kMostTileRows) {
      Compute(PartOf(weights_.panels(), 1, member, members), {0, rows_});
    } else {
      Compute({0, weights_.panels()}, PartOf(rows_, IsOfIntegers() ? kMostTileRows : 1, member, members));
    }
  }

  // A block of rows stays in the second-level cache while the panels stream by.
  void Compute(Range panels, Range rows) const {
    for (std::int64_t row = rows.begin; row < rows.end; row += kMostTileRows) {
      const Range block{row, std::min(row + kMostTileRows, rows.end)};
      IsOfIntegers() ? ComputeIntegers(panels, block) : ComputeFloats(panels, block);
    }
  }

  void ComputeFloats(Range panels, Range rows) const {
    const std::int64_t count = rows.end - rows.begin;
    const RowPointers a(a_ + rows.begin * weights_.inputs(), count, weights_.inputs());
    const KeptInputs kept = MaySkipInputs(panels) ? KeptInputs(a.data(), count, weights_.inputs()) : KeptInputs();
    for (std::int64_t panel = panels.begin; panel < panels.end; ++panel) {
      ComputeTile(panel, rows, [&](float* tile) {
        AddPanelProduct({.a = a.data(),
                         .rows = count,
                         .panel = weights_.panel(panel),
                         .inputs = weights_.inputs(),
                         .next_panel = RowsAfter(panel, panels),
                         .kept = kept.IfAnySkipped(),
                         .tile = tile});
      });
    }
  }

  void ComputeIntegers(Range panels, Range rows) const {
    const IntegerRows a = integers_.tile(rows.begin / kMostTileRows);
    for (std::int64_t panel = panels.begin; panel < panels.end; ++panel) {
      ComputeTile(panel, rows, [&](float* tile) {
        AddIntegerPanelProduct(
            {.a = &a, .panel = weights_.panel(panel), .next_panel = RowsAfter(panel, panels), .tile = tile});
      });
    }
  }

  const std::byte* RowsAfter(std::int64_t panel, Range panels) const {
    return panel + 1 < panels.end ? weights_.panel(panel + 1).rows : nullptr;
  }

  // An output of -0 that a product continues would become +0 by adding zeros, and stay -0 without.
  bool MaySkipInputs(Range panels) const {
    return panels.end - panels.begin >= kLeastPanelsToSkip && weights_.is_finite() &&
           epilogue_.start == Epilogue::Start::kZero;
  }

  // add_product(tile) adds the product of the rows by the panel.
  template <class AddProduct>
  void ComputeTile(std::int64_t panel, Range rows, AddProduct add_product) const {
    const std::int64_t column = panel * kPanelWidth;
    const std::int64_t columns = std::min(kPanelWidth, weights_.outputs() - column);
    float* out = out_ + rows.begin * weights_.outputs() + column;
    Tile tile(rows.end - rows.begin);
    if (epilogue_.start == Epilogue::Start::kOutput) {
      tile.StartWith(out, columns, weights_.outputs());
    } else {
      tile.StartWithZeros();
    }
    add_product(tile.data());
    if (!epilogue_.addend.empty()) {
      tile.Add(epilogue_.addend.data() + rows.begin * weights_.outputs() + column, columns, weights_.outputs());
    }
    FinishTile(tile.data(), tile.rows(), columns, epilogue_, column);
    tile.CopyTo(out, columns, weights_.outputs());
  }

  const PackedMatrix& weights_;
  const float* a_;
  const std::int64_t rows_;
  float* out_;
  const Epilogue& epilogue_;
  const IntegerTilesForm form_;
  const IntegerTiles integers_;
};

}  // namespace

std::size_t MultiplyScratchBytes(const PackedMatrix& weights, std::int64_t rows) {
  return weights.activations() == ActivationFormat::kInt8 ? IntegerTilesForm(weights, rows).bytes : 0;
}

void Multiply(const PackedMatrix& weights, std::span<const float> a, std::int64_t rows, std::span<float> out,
              const Epilogue& epilogue, WorkerTeam& team, std::span<std::byte> scratch) {
  STEPWELL_CHECK(a.size() == AsSize(rows * weights.inputs()) && out.size() == AsSize(rows * weights.outputs()));
  STEPWELL_CHECK(epilogue.bias.empty() || epilogue.bias.size() == AsSize(weights.outputs()));
  STEPWELL_CHECK(epilogue.addend.empty() || epilogue.addend.size() == out.size());
  STEPWELL_CHECK(scratch.size() >= MultiplyScratchBytes(weights, rows));
  Product(weights, a.data(), rows, out.data(), epilogue, scratch.data()).RunOn(team);
}

}  // namespace stepwell::kernels
