#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "stepwell/kernels/gemm/packed_matrix.h"

namespace stepwell::kernels {

// What of a product of integers depends on the instruction set. All variants give the same bits.

// Rows that a block holds at most: their sums by a panel stay in registers where there are 32 of them.
inline constexpr std::int64_t kIntegerRows = 6;

// How the weights of a block stand (see integer_layout.h).
enum class Fours : std::uint8_t {
  kBytes,        // int8 in fours; activations are unsigned
  kOffsetBytes,  // int4 plus 8, a byte each, in fours; activations are signed
  kNibbles,      // int4 plus 8 in fours
  kByteRows,     // int8 in kTurnable rows
  kNibbleRows,   // int4 plus 8 in kTurnable rows
};
constexpr bool AreTurned(Fours kind) { return kind != Fours::kByteRows && kind != Fours::kNibbleRows; }
constexpr bool HaveSignedWeights(Fours kind) { return kind == Fours::kBytes || kind == Fours::kByteRows; }

// The rows of a panel in the order of places, as far as they are read.
struct PlacedRows {
  const std::byte* rows = nullptr;
  std::int64_t row_bytes = 0;
  const std::int32_t* inputs = nullptr;  // the row at each place, or null where each is at its own
  std::int64_t places = 0;
  const std::byte* next_panel = nullptr;  // rows that are read after the last place, in the same order; or null

  const std::byte* At(std::int64_t place) const {
    return rows + (inputs == nullptr ? place : inputs[place]) * row_bytes;
  }
};

// Some rows by a stretch of a panel, the places [begin, end).
struct IntegerBlock {
  Fours kind = Fours::kBytes;
  const std::byte* weights = nullptr;  // of place `begin`; not of kinds that are not turned
  PlacedRows rows_of_weights;          // where they are, or come from
  // Of each four rows that come `ahead` places later, those from ahead_first on, ahead_step apart, may be fetched into
  // the cache on the way. 4 or more: none.
  std::int64_t ahead = 0;
  std::int64_t ahead_first = 4;
  std::int64_t ahead_step = 1;
  const std::uint8_t* values = nullptr;  // the integers of the first row, at place 0
  std::int64_t stride = 0;               // from one row to the next
  std::int64_t rows = 0;                 // 1 to kIntegerRows
  std::int64_t begin = 0;
  std::int64_t end = 0;
  // The groups that the stretch touches: their places are [first_places[group], first_places[group + 1]).
  std::int64_t first_group = 0;
  std::int64_t end_group = 0;
  const std::int32_t* first_places = nullptr;
  // What a group's sum starts with. Of signed weights: offsets [groups, kPanel] in rows that use a zero (all bits of
  // uses_zero set), else 0. Else: starts [rows, groups].
  const std::int32_t* offsets = nullptr;
  const std::int32_t* uses_zero = nullptr;  // [rows]
  const std::int32_t* starts = nullptr;
  std::int64_t groups = 0;
  const float* scales = nullptr;  // [groups, kPanel]
  std::int32_t* sums = nullptr;   // [rows, kPanel]: of a group that begins before the stretch or ends past it
  float* out = nullptr;           // [rows, kPanel]: each finished group's sums times its scales are added to it
};

struct IntegerVariant {
  std::string_view name;
  bool (*runs_here)();  // whether the CPU can, within the instruction set that kernels use now
  bool takes_rows;      // whether `add` takes kByteRows and kNibbleRows, too
  void (*add)(const IntegerBlock& block);
  // The rows of the places [begin, end), multiples of four, as kBytes or kOffsetBytes.
  void (*turn)(const PlacedRows& rows, std::int64_t begin, std::int64_t end, std::byte* fours);
  // kNibbles as kOffsetBytes.
  void (*widen)(const std::byte* nibbles, std::int64_t places, std::byte* fours);
};

// All that were compiled, the best first; the last one runs anywhere.
std::span<const IntegerVariant> IntegerVariants();

// The best that runs here now.
const IntegerVariant& ChosenIntegerVariant();

extern const IntegerVariant kIntegerVariantAvx512;
extern const IntegerVariant kIntegerVariantAvxVnni;
extern const IntegerVariant kIntegerVariantAvx2;
extern const IntegerVariant kIntegerVariantAnywhere;

}  // namespace stepwell::kernels
