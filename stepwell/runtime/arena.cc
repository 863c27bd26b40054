#include "stepwell/runtime/arena.h"

#include <algorithm>
#include <numeric>

#include "stepwell/base/memory.h"

namespace stepwell::runtime {
namespace {

struct Block {
  std::size_t begin = 0;
  std::size_t end = 0;
};

std::size_t Aligned(std::size_t bytes) {
  constexpr std::size_t kAlignment = AlignedBuffer::kAlignment;
  return (bytes + kAlignment - 1) / kAlignment * kAlignment;
}

bool Meet(const Lifetime& a, const Lifetime& b) { return a.first <= b.last && b.first <= a.last; }

// The start of the smallest gap between `taken` (sorted by begin) that holds `bytes`; behind all of them when none
// does.
std::size_t TightestGap(std::span<const Block> taken, std::size_t bytes) {
  std::size_t end = 0;
  std::size_t best = 0;
  std::size_t best_size = 0;
  for (const Block& block : taken) {
    const std::size_t gap = block.begin > end ? block.begin - end : 0;
    if (gap >= bytes && gap > 0 && (best_size == 0 || gap < best_size)) {
      best = end;
      best_size = gap;
    }
    end = std::max(end, block.end);
  }
  return best_size > 0 ? best : end;
}

std::vector<std::size_t> LargestFirst(std::span<const Lifetime> lifetimes) {
  std::vector<std::size_t> order(lifetimes.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return lifetimes[a].bytes > lifetimes[b].bytes; });
  return order;
}

}  // namespace

ArenaLayout PlanArena(std::span<const Lifetime> lifetimes) {
  ArenaLayout layout{std::vector<std::size_t>(lifetimes.size()), 0};
  std::vector<std::size_t> placed;
  for (const std::size_t index : LargestFirst(lifetimes)) {
    std::vector<Block> taken;
    for (const std::size_t other : placed) {
      if (!Meet(lifetimes[index], lifetimes[other])) continue;
      taken.push_back({layout.offsets[other], layout.offsets[other] + Aligned(lifetimes[other].bytes)});
    }
    std::sort(taken.begin(), taken.end(), [](const Block& a, const Block& b) { return a.begin < b.begin; });
    const std::size_t bytes = Aligned(lifetimes[index].bytes);
    layout.offsets[index] = TightestGap(taken, bytes);
    layout.bytes = std::max(layout.bytes, layout.offsets[index] + bytes);
    placed.push_back(index);
  }
  return layout;
}

}  // namespace stepwell::runtime
