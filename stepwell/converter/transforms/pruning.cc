#include "stepwell/converter/transforms/pruning.h"

#include <fmt/format.h>

#include <algorithm>

#include "stepwell/base/checked.h"

namespace stepwell::converter {
namespace {

// Filters lie along the leading axis: [filters, …].
std::size_t ZeroRows(const ir::ConstantData& weights) {
  const Shape& shape = weights.type.shape;
  if (shape.rank() < 2 || shape[0] < 1) return 0;
  const std::size_t rows = AsSize(shape[0]);
  const SharedBytes held = weights.bytes.Get();
  const std::size_t row_bytes = held.size() / rows;
  std::size_t zeros = 0;
  for (std::size_t row = 0; row < rows; ++row) {
    const auto bytes = held.span().subspan(row * row_bytes, row_bytes);
    zeros += std::all_of(bytes.begin(), bytes.end(), [](std::byte byte) { return byte == std::byte{0}; }) ? 1 : 0;
  }
  return zeros;
}

}  // namespace

void WarnOfZeroFilters(const ir::Graph& graph, std::vector<std::string>& warnings) {
  std::size_t zeros = 0;
  for (const ir::Node& node : graph.nodes()) {
    if (node.op->name() != "Convolution") continue;
    const ir::ConstantData* const weights = graph.constant(node.inputs[1]);
    if (weights != nullptr) zeros += ZeroRows(*weights);
  }
  if (zeros > 0) {
    warnings.push_back(
        fmt::format("--transform Pruning: {} filters are zero and stay; the results are the same", zeros));
  }
}

}  // namespace stepwell::converter
