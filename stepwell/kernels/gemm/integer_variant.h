#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "stepwell/kernels/gemm/packed_matrix.h"

namespace stepwell::kernels {

// What of a product of integers depends on the instruction set. All variants give the same bits.

// Rows that a block holds at most: their sums by a panel stay in registers where there are 32 of them.
inline constexpr std::int64_t kIntegerRows = 6;

// How the weights of a block stand, always in fours (see integer_layout.h).
enum class Fours : std::uint8_t {
  kSigned,   // bytes, int8; activations are unsigned
  kOffset,   // bytes, int4 plus 8; activations are signed
  kNibbles,  // half bytes, int4 plus 8; activations are signed
};

// Some rows by a stretch of a panel, the places [begin, end).
struct IntegerBlock {
  Fours kind = Fours::kSigned;
  const std::byte* weights = nullptr;    // of place `begin`
  const std::uint8_t* values = nullptr;  // the integers of the first row, at place 0
  std::int64_t stride = 0;               // from one row to the next
  std::int64_t rows = 0;                 // 1 to kIntegerRows
  std::int64_t begin = 0;
  std::int64_t end = 0;
  // The groups that the stretch touches: their places are [first_places[group], first_places[group + 1]).
  std::int64_t first_group = 0;
  std::int64_t end_group = 0;
  const std::int32_t* first_places = nullptr;
  // What a group's sum starts with. kSigned: offsets [groups, kPanel] in rows that use a zero (all bits of uses_zero
  // set), else 0. Else: starts [rows, groups].
  const std::int32_t* offsets = nullptr;
  const std::int32_t* uses_zero = nullptr;  // [rows]
  const std::int32_t* starts = nullptr;
  std::int64_t groups = 0;
  const float* scales = nullptr;  // [groups, kPanel]
  std::int32_t* sums = nullptr;   // [rows, kPanel]: of a group that begins before the stretch or ends past it
  float* out = nullptr;           // [rows, kPanel]: each finished group's sums times its scales are added to it
};

// The rows at the places [begin, end), multiples of four, of a kTurnable panel.
struct IntegerTurn {
  PanelWeights panel;
  const std::int32_t* inputs = nullptr;  // the row at each place, or null where each is at its own
  std::int64_t begin = 0;
  std::int64_t end = 0;
  // What is fetched after them: the places up to `places`, then those of the next panel, if there is one.
  std::int64_t places = 0;
  const std::byte* next_panel = nullptr;
  std::byte* fours = nullptr;  // kSigned or kOffset

  std::int64_t Input(std::int64_t place) const { return inputs == nullptr ? place : inputs[place]; }
};

struct IntegerVariant {
  std::string_view name;
  bool (*runs_here)();  // whether the CPU can, within the instruction set that kernels use now
  void (*add)(const IntegerBlock& block);
  void (*turn)(const IntegerTurn& turn);
  // Nibbles in fours to bytes in fours.
  void (*widen)(const std::byte* nibbles, std::int64_t places, std::byte* fours);
};

// All that were compiled, the best first; the last one runs anywhere.
std::span<const IntegerVariant> IntegerVariants();

// The best that runs here now.
const IntegerVariant& ChosenIntegerVariant();

extern const IntegerVariant kIntegerVariantAvx512;
extern const IntegerVariant kIntegerVariantAvxVnni;
extern const IntegerVariant kIntegerVariantAnywhere;

}  // namespace stepwell::kernels
