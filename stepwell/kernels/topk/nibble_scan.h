#pragma once

#include <cstddef>
#include <cstdint>

#include "stepwell/kernels/topk/rounded_activation.h"

namespace stepwell::kernels {

// How sixteen rows of 4-bit codes lie in memory: a panel. For each group of 32 inputs four lines of 64 bytes; byte
// 4 r + j of line t holds, of row r, the code of input 4 t + j of the group in its low half and that of input
// 16 + 4 t + j in its high half. Behind all groups, for each group 16 bytes: the rows' multipliers. A code u stands for
// 2 u - 15, an odd number from -15 to 15.
struct NibblePanel {
  static constexpr std::int64_t kRows = 16;
  static constexpr std::int64_t kGroup = RoundedActivation::kGroup;
  static constexpr std::int64_t kUnitBytes = 4;  // of one row in a line
  static constexpr std::int64_t kUnits = 4;      // lines of a group
  static constexpr std::int64_t kLineBytes = kRows * kUnitBytes;
  static constexpr std::int64_t kGroupBytes = kUnits * kLineBytes;

  static constexpr std::int64_t CodeBytes(std::int64_t groups) { return groups * kGroupBytes; }
  // A multiple of 64.
  static constexpr std::int64_t Bytes(std::int64_t groups) {
    return (groups * (kGroupBytes + kRows) + kLineBytes - 1) / kLineBytes * kLineBytes;
  }
};

// sums[r] = sum over groups of multiplier[r] * (sum over the group's inputs of (2 u - 15) * m), for `count` panels one
// behind the other: sums [count, 16]. The inner sums are integers below 2^24 and exact on every instruction set; the
// outer one is of fp32, each term and each addition rounded once (once for both where the machine can), so that it is
// off by at most (2 groups + 2) * 2^-24 of the sum of its terms' magnitudes, to first order.
void ScanNibbles(const std::byte* panels, std::int64_t count, const RoundedActivation& activation, float* sums);

// Internal: the same for one instruction set; null where it is not compiled.
using ScanNibblesFunction = void (*)(const std::byte* panels, std::int64_t count, const RoundedActivation& activation,
                                     float* sums);
extern const ScanNibblesFunction kScanNibblesVnni;
extern const ScanNibblesFunction kScanNibblesAvx2;

}  // namespace stepwell::kernels
