#include "stepwell/kernels/gemm/multiply.h"

#include <algorithm>

#include "stepwell/base/checked.h"
#include "stepwell/base/error.h"
#include "stepwell/kernels/gemm/tile.h"

namespace stepwell::kernels {
namespace {

// Below this many multiply-adds (some 10 µs) a second thread costs more than it saves.
constexpr std::int64_t kLeastForTeam = 1 << 18;

// Fewer panels do not repay looking for zeros.
constexpr std::int64_t kLeastPanelsToSkip = 4;

class Product {
 public:
  Product(const PackedMatrix& weights, const float* a, std::int64_t rows, float* out, const Epilogue& epilogue)
      : weights_(weights), a_(a), rows_(rows), out_(out), epilogue_(epilogue) {}

  void RunOn(WorkerTeam& team) const {
    if (rows_ * weights_.inputs() * weights_.outputs() < kLeastForTeam) {
      return Compute({0, weights_.panels()}, {0, rows_});
    }
    team.Run([&](int member) { ComputePart(member, team.num_threads()); });
  }

 private:
  // Parts are stretches of panels, each read by one member only; where panels are too few, stretches of rows.
  void ComputePart(int member, int members) const {
    if (weights_.panels() >= 4 * members || rows_ <= kMostTileRows) {
      Compute(PartOf(weights_.panels(), 1, member, members), {0, rows_});
    } else {
      Compute({0, weights_.panels()}, PartOf(rows_, 1, member, members));
    }
  }

  // A block of rows stays in the second-level cache while the panels stream by.
  void Compute(Range panels, Range rows) const {
    for (std::int64_t row = rows.begin; row < rows.end; row += kMostTileRows) {
      const std::int64_t count = std::min(kMostTileRows, rows.end - row);
      const RowPointers a(a_ + row * weights_.inputs(), count, weights_.inputs());
      const KeptInputs kept = MaySkipInputs(panels) ? KeptInputs(a.data(), count, weights_.inputs()) : KeptInputs();
      for (std::int64_t panel = panels.begin; panel < panels.end; ++panel) {
        ComputeTile({.a = a.data(),
                     .rows = count,
                     .panel = weights_.panel(panel),
                     .inputs = weights_.inputs(),
                     .next_panel = panel + 1 < panels.end ? weights_.panel(panel + 1).rows : nullptr,
                     .kept = kept.IfAnySkipped()},
                    panel, row);
      }
    }
  }

  // An output of -0 that a product continues would become +0 by adding zeros, and stay -0 without.
  bool MaySkipInputs(Range panels) const {
    return panels.end - panels.begin >= kLeastPanelsToSkip && weights_.is_finite() &&
           epilogue_.start == Epilogue::Start::kZero;
  }

  void ComputeTile(PanelProduct product, std::int64_t panel, std::int64_t row) const {
    const std::int64_t column = panel * kPanelWidth;
    const std::int64_t columns = std::min(kPanelWidth, weights_.outputs() - column);
    float* out = out_ + row * weights_.outputs() + column;
    Tile tile(product.rows);
    if (epilogue_.start == Epilogue::Start::kOutput) {
      tile.StartWith(out, columns, weights_.outputs());
    } else {
      tile.StartWithZeros();
    }
    product.tile = tile.data();
    AddPanelProduct(product);
    if (!epilogue_.addend.empty()) {
      tile.Add(epilogue_.addend.data() + row * weights_.outputs() + column, columns, weights_.outputs());
    }
    FinishTile(tile.data(), tile.rows(), columns, epilogue_, column);
    tile.CopyTo(out, columns, weights_.outputs());
  }

  const PackedMatrix& weights_;
  const float* a_;
  const std::int64_t rows_;
  float* out_;
  const Epilogue& epilogue_;
};

}  // namespace

void Multiply(const PackedMatrix& weights, std::span<const float> a, std::int64_t rows, std::span<float> out,
              const Epilogue& epilogue, WorkerTeam& team) {
  STEPWELL_CHECK(a.size() == AsSize(rows * weights.inputs()) && out.size() == AsSize(rows * weights.outputs()));
  STEPWELL_CHECK(epilogue.bias.empty() || epilogue.bias.size() == AsSize(weights.outputs()));
  STEPWELL_CHECK(epilogue.addend.empty() || epilogue.addend.size() == out.size());
  Product(weights, a.data(), rows, out.data(), epilogue).RunOn(team);
}

}  // namespace stepwell::kernels
