#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "stepwell/base/parallel.h"
#include "stepwell/ir/graph.h"

namespace stepwell::converter {

// By ValueId: what is computed from the value, itself included.
class Downstream {
 public:
  Downstream(const ir::Graph& graph, ir::ValueId start);

  bool Has(ir::ValueId value) const { return reached_[value.index]; }
  // Whether a node for which `is_it` holds reads one of the values.
  bool Reaches(FunctionRef<bool(const ir::Node& node)> is_it) const;

 private:
  const ir::Graph& graph_;
  std::vector<bool> reached_;
};

// Whether the node gives the elements of its input 0 in their order, at most under another shape or integer type.
bool IsView(const ir::Node& node);

// The node that computes a value, views left out; null where it is an input.
const ir::Node* ProducerBehindViews(const ir::Graph& graph, ir::ValueId value);

// The Gather that looks the value up, views of it left out; null where there is none.
const ir::Node* LookupOf(const ir::Graph& graph, ir::ValueId indices);

}  // namespace stepwell::converter
