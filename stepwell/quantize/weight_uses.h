#pragma once

#include <optional>
#include <string>
#include <vector>

#include "stepwell/ir/graph.h"

namespace stepwell::quantize {

// Where the summed dimension of a matrix of weights stands: the last axis ([outputs, inputs]) or the last but one.
enum class SummedAxis : std::uint8_t { kLast, kLastButOne };

// A value that is read as weights and as nothing else: the second operand of MatMul, W or R of a recurrent cell or
// sequence; by nodes of the graph or of the bodies of its loops, whose inputs it may be given through.
struct WeightUse {
  SummedAxis summed = SummedAxis::kLast;
  std::vector<std::string> users;  // nodes, those in a body with the loop's name and "/" before theirs
};

// By ValueId; nothing for a value that is also read otherwise or nowhere, and for one behind which a MatMul computes
// features from samples (ir::kRoleSamples): windows and filters are no weights.
std::vector<std::optional<WeightUse>> WeightUses(const ir::Graph& graph);

// Where a recurrent cell or sequence takes W, [.., outputs, inputs]; R, likewise, comes behind it. Nothing for other
// ops.
std::optional<std::size_t> CellWeightPort(const ir::Op& op);

}  // namespace stepwell::quantize
