#include "stepwell/kernels/gemm/integer_panel.h"

#include <algorithm>
#include <array>

#include "stepwell/base/error.h"
#include "stepwell/kernels/gemm/integer_variant.h"

namespace stepwell::kernels {
namespace {

// Places whose weights, in bytes (16 KB), stay in the first-level cache while all rows pass over them.
constexpr std::int64_t kStretchPlaces = 256;

// How far ahead a single block of rows fetches kTurnable rows (8 KB of int8). The hardware guesses consecutive fours.
constexpr std::int64_t kPlacesAhead = 128;

class PanelRun {
 public:
  explicit PanelRun(const IntegerPanelProduct& product)
      : product_(product),
        a_(*product.a),
        variant_(product.variant == nullptr ? ChosenIntegerVariant() : *product.variant) {}

  void Run() {
    std::fill_n(out_, a_.rows() * kPanelWidth, 0.0F);
    for (std::int64_t m = 0; m < a_.rows(); ++m) uses_zero_[static_cast<std::size_t>(m)] = a_.row(m).uses_zero;
    if (a_.rows() <= kIntegerRows &&
        (!IsTurnable() || variant_.takes_rows)) {  // the panel is read once, as memory gives it
      AddStretch({product_.panel.rows, OwnKind(), 0, a_.places()});
    } else {
      const std::int64_t stretch_places = StretchPlaces();
      std::int64_t begin = 0;
      do {  // once at least: groups without a place are finished, too
        const std::int64_t end = std::min(begin + stretch_places, a_.places());
        AddStretch(BytesOf(begin, end));
        begin = end;
      } while (begin < a_.places());
    }
    AddToTile();
  }

 private:
  struct Stretch {
    const std::byte* weights;
    Fours kind;
    std::int64_t begin;
    std::int64_t end;
  };

  // Stretches of one length, so that each one leaves time to fetch the next.
  std::int64_t StretchPlaces() const {
    const std::int64_t fours = a_.places() / 4;
    const std::int64_t stretches = (a_.places() + kStretchPlaces - 1) / kStretchPlaces;
    return stretches == 0 ? 0 : (fours + stretches - 1) / stretches * 4;
  }

  bool IsNibbles() const { return product_.panel.dtype == DType::kI4; }
  bool IsTurnable() const { return product_.panel.layout == PanelLayout::kTurnable; }
  Fours OwnKind() const {
    if (IsTurnable()) return IsNibbles() ? Fours::kNibbleRows : Fours::kByteRows;
    return IsNibbles() ? Fours::kNibbles : Fours::kBytes;
  }
  PlacedRows RowsOfWeights() const {
    return {.rows = product_.panel.rows,
            .row_bytes = product_.panel.row_bytes,
            .inputs = a_.inputs(),
            .places = a_.places(),
            .next_panel = product_.next_panel};
  }

  // Weights as bytes in fours, from memory or made of it.
  Stretch BytesOf(std::int64_t begin, std::int64_t end) {
    const Fours kind = IsNibbles() ? Fours::kOffsetBytes : Fours::kBytes;
    const std::byte* rows = product_.panel.Row(begin);
    if (IsTurnable()) {
      variant_.turn(RowsOfWeights(), begin, end, fours_);
    } else if (IsNibbles()) {
      variant_.widen(rows, end - begin, fours_);
    } else {
      return {rows, kind, begin, end};
    }
    return {fours_, kind, begin, end};
  }

  void AddStretch(const Stretch& stretch) {
    const std::int32_t* first_places = a_.first_places();
    while (first_places[end_group_] < stretch.end) ++end_group_;  // past those that begin before the end
    if (stretch.end == a_.places()) end_group_ = a_.groups();     // with those that have no place
    const std::int64_t blocks = (a_.rows() + kIntegerRows - 1) / kIntegerRows;
    std::int64_t row = 0;
    for (std::int64_t block = 0; block < blocks; ++block) {
      const std::int64_t rows = (a_.rows() - row + blocks - block - 1) / (blocks - block);
      AddBlock(stretch, row, rows, {.begin = block, .end = blocks});
      row += rows;
    }
    first_group_ = first_places[end_group_] > stretch.end ? end_group_ - 1 : end_group_;
  }

  // The weights that come next are fetched by all blocks together.
  void AddBlock(const Stretch& stretch, std::int64_t row, std::int64_t rows, Range block_of_blocks) {
    const bool is_alone = block_of_blocks.end == 1;
    variant_.add({.kind = stretch.kind,
                  .weights = stretch.weights,
                  .rows_of_weights = RowsOfWeights(),
                  .ahead = is_alone ? kPlacesAhead : stretch.end - stretch.begin,
                  .ahead_first = is_alone && !IsTurnable() ? 4 : block_of_blocks.begin,
                  .ahead_step = block_of_blocks.end,
                  .values = a_.values(row),
                  .stride = a_.stride(),
                  .rows = rows,
                  .begin = stretch.begin,
                  .end = stretch.end,
                  .first_group = first_group_,
                  .end_group = end_group_,
                  .first_places = a_.first_places(),
                  .offsets = product_.panel.offsets,
                  .uses_zero = uses_zero_.data() + row,
                  .starts = a_.starts(row),
                  .groups = a_.groups(),
                  .scales = product_.panel.scales,
                  .sums = sums_ + row * kPanelWidth,
                  .out = out_ + row * kPanelWidth});
  }

  void AddToTile() {
    for (std::int64_t m = 0; m < a_.rows(); ++m) {
      const float scale = a_.row(m).scale;
      const float* from = out_ + m * kPanelWidth;
      float* to = product_.tile + m * kPanelWidth;
      for (std::int64_t n = 0; n < kPanelWidth; ++n) to[n] += from[n] * scale;
    }
  }

  const IntegerPanelProduct& product_;
  const IntegerRows& a_;
  const IntegerVariant& variant_;
  std::int64_t first_group_ = 0;  // those that the next stretch touches
  std::int64_t end_group_ = 0;
  std::array<std::int32_t, kMostTileRows> uses_zero_;
  alignas(64) std::byte fours_[kStretchPlaces * kPanelWidth];
  alignas(64) std::int32_t sums_[kMostTileRows * kPanelWidth];
  alignas(64) float out_[kMostTileRows * kPanelWidth];
};

}  // namespace

void AddIntegerPanelProduct(const IntegerPanelProduct& product) {
  STEPWELL_CHECK(product.panel.layout != PanelLayout::kRows && product.panel.scales != nullptr);
  PanelRun(product).Run();
}

}  // namespace stepwell::kernels
