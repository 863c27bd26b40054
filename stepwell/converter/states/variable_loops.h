#pragma once

#include <set>
#include <span>
#include <string>
#include <vector>

#include "stepwell/converter/import/variables.h"

namespace stepwell::converter {

// A variable that a call changes: what it holds after the call is computed from what the caller feeds, or from what it
// held before.
struct VariableLoop {
  NodeIndex variable = 0;
  NodeIndex assign = 0;  // the edge that proved it
  TensorId next;         // the value it holds after the call
  std::string evidence;  // for people
  // Reads of the variable that control edges order behind its assign: they see the next value.
  std::vector<TensorId> next_reads;
};

// By NodeIndex: whether the node depends on data of the call: on a placeholder, an iterator, or one of `fed`. Nothing
// depends on the call through one of `frozen`.
std::vector<bool> DependsOnCall(const SourceEdges& edges, std::span<const TensorId> fed,
                                std::span<const TensorId> frozen);

// The loops through variables. An assign counts when it runs with the outputs (`roots`: the nodes that are asked for;
// control edges lead from them to it), or when it runs apart from them and changes a variable that no checkpoint holds.
// Throws Error(kUnsupported) for a variable that a call changes in more than one way, or through an op that is no
// assign. Variables in `settled` are left out: their next value is known otherwise.
std::vector<VariableLoop> FindVariableLoops(const SourceEdges& edges, const Variables& variables,
                                            std::span<const NodeIndex> roots, const std::vector<bool>& depends_on_call,
                                            const std::set<NodeIndex>& settled = {});

}  // namespace stepwell::converter
