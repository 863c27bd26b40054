#include "stepwell/kernels/topk/rounded_rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "stepwell/base/checked.h"
#include "stepwell/base/error.h"
#include "stepwell/kernels/topk/row_rounder.h"

namespace stepwell::kernels {
namespace {

constexpr std::int64_t kUnitBytes = NibblePanel::kUnitBytes;
constexpr std::int64_t kGroupOfRow = NibblePanel::kUnits * kUnitBytes;  // bytes of four bits of a row's group
constexpr std::int64_t kHalfGroup = NibblePanel::kGroup / 2;
constexpr std::int64_t kAlignment = 64;
// Panels that a worker packs before it gives their pages back.
constexpr std::int64_t kPanelsAtOnce = 64;

std::int64_t Aligned(std::int64_t bytes) { return (bytes + kAlignment - 1) / kAlignment * kAlignment; }

// The 16 bytes of one row and group, as they stand behind each other in a row and sixteen rows apart in a panel: four
// bits of each of 32 codes, those of the first half of the group in the low halves.
void WriteGroup(const std::uint8_t* codes, int shift, std::byte* to, std::int64_t unit_stride) {
  for (std::int64_t at = 0; at < kHalfGroup; ++at) {
    const unsigned first = unsigned{codes[at]} >> shift & 0xFU;
    const unsigned second = unsigned{codes[at + kHalfGroup]} >> shift & 0xFU;
    to[at / kUnitBytes * unit_stride + at % kUnitBytes] = static_cast<std::byte>(first | second << 4U);
  }
}

}  // namespace

void RoundedRows::Locate(std::int64_t rows, std::int64_t inputs) {
  rows_ = rows;
  groups_ = (inputs + NibblePanel::kGroup - 1) / NibblePanel::kGroup;
  panels_begin_ = Aligned(CheckedMul(rows, std::int64_t{sizeof(RoundedRowFacts)}));
  low_begin_ = CheckedAdd(panels_begin_, CheckedMul(panels(), panel_bytes()));
  total_bytes_ = CheckedAdd(low_begin_, CheckedMul(rows, second_row_bytes()));
}

RoundedRows::RoundedRows(const FloatRows& source, WorkerTeam& team) {
  Locate(source.rows(), source.inputs());
  AlignedBuffer buffer(AsSize(total_bytes_));
  auto* facts = reinterpret_cast<RoundedRowFacts*>(buffer.data());
  std::byte* panels_of_all = buffer.data() + panels_begin_;
  std::byte* low = buffer.data() + low_begin_;
  const auto pack_row = [&](RowRounder& rounder, std::int64_t row) {
    facts[row] = rounder.Round(source.Row(row));
    const std::int64_t place = row % NibblePanel::kRows;
    std::byte* panel = panels_of_all + row / NibblePanel::kRows * panel_bytes();
    for (std::int64_t group = 0; group < groups_; ++group) {
      const std::uint8_t* codes = rounder.codes().data() + group * NibblePanel::kGroup;
      WriteGroup(codes, 4, panel + group * NibblePanel::kGroupBytes + place * kUnitBytes, NibblePanel::kLineBytes);
      std::byte* second = low + row * second_row_bytes();
      WriteGroup(codes, 0, second + group * kGroupOfRow, kUnitBytes);
      const auto multiplier = static_cast<std::byte>(rounder.multipliers()[AsSize(group)]);
      panel[NibblePanel::CodeBytes(groups_) + group * NibblePanel::kRows + place] = multiplier;
      second[groups_ * kGroupOfRow + group] = multiplier;
    }
  };
  team.Run([&](int member) {
    RowRounder rounder(source.inputs());
    const Range part = PartOf(panels(), 1, member, team.num_threads());
    for (std::int64_t first = part.begin; first < part.end; first += kPanelsAtOnce) {
      const std::int64_t begin = first * NibblePanel::kRows;
      const std::int64_t end = std::min(std::min(first + kPanelsAtOnce, part.end) * NibblePanel::kRows, rows_);
      for (std::int64_t row = begin; row < end; ++row) pack_row(rounder, row);
      source.ReleasePages(begin, end);
    }
  });
  bytes_ = SharedBytes::Own(std::move(buffer));
}

RoundedRows::RoundedRows(SharedBytes bytes, std::int64_t rows, std::int64_t inputs) : bytes_(std::move(bytes)) {
  Locate(rows, inputs);
  if (bytes_.size() == AsSize(total_bytes_)) return;
  throw Error(ErrorKind::kInvalidModel, fmt::format("{} rounded rows of {} weights take {} bytes; {} were given", rows,
                                                    inputs, total_bytes_, bytes_.size()));
}

void RoundedRows::PrefetchSecond(std::int32_t row) const {
  const std::byte* codes = bytes_.data() + low_begin_ + row * second_row_bytes();
  for (std::int64_t at = 0; at < second_row_bytes(); at += kAlignment) __builtin_prefetch(codes + at);
}

void RoundedRows::GatherSecondPanel(std::span<const std::int32_t> rows, std::byte* gathered) const {
  STEPWELL_CHECK(std::ssize(rows) <= NibblePanel::kRows);
  const std::int64_t multipliers = NibblePanel::CodeBytes(groups_);
  for (std::int64_t place = 0; place < std::ssize(rows); ++place) {
    const std::byte* codes = bytes_.data() + low_begin_ + rows[AsSize(place)] * second_row_bytes();
    for (std::int64_t unit = 0; unit < groups_ * NibblePanel::kUnits; ++unit) {
      std::memcpy(gathered + unit * NibblePanel::kLineBytes + place * kUnitBytes, codes + unit * kUnitBytes,
                  AsSize(kUnitBytes));
    }
    for (std::int64_t group = 0; group < groups_; ++group) {
      gathered[multipliers + group * NibblePanel::kRows + place] = codes[groups_ * kGroupOfRow + group];
    }
  }
}

}  // namespace stepwell::kernels
