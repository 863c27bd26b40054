#include "stepwell/kernels/topk/top_k_memory.h"

#include <limits>

#include "stepwell/base/checked.h"

namespace stepwell::kernels {

void TopKMemory::Prepare(std::int64_t rows, std::int64_t panel_bytes, int num_members) {
  sums.resize(AsSize(rows));
  highs.resize(AsSize(rows));
  if (members.size() < AsSize(num_members)) members.resize(AsSize(num_members));
  for (Member& member : members) {
    if (member.panel.size() < AsSize(panel_bytes)) member.panel = AlignedBuffer(AsSize(panel_bytes));
  }
}

std::vector<LogitBound> TopKMemory::KnownBounds(std::span<const RoundedRowFacts> facts,
                                                std::span<const float> bias) const {
  std::vector<LogitBound> known(facts.size(), {0, std::numeric_limits<double>::infinity()});
  const auto bias_of = [&](std::size_t row) { return bias.empty() ? 0.0F : bias[row]; };
  for (std::size_t row = 0; is_scanned && row < facts.size(); ++row) {
    known[row] = bounds.From4(facts[row], bias_of(row), sums[row]);
  }
  for (std::size_t at = 0; at < in8.size(); ++at) {
    const std::size_t row = AsSize(in8[at]);
    known[row] = bounds.From8(facts[row], bias_of(row), sums[row], second_sums[at]);
  }
  for (std::size_t at = 0; at < logits.size(); ++at) known[AsSize(in32[at])] = {static_cast<double>(logits[at]), 0};
  return known;
}

}  // namespace stepwell::kernels
