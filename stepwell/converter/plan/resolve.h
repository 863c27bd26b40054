#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "stepwell/converter/import/import_plan.h"
#include "stepwell/converter/import/variables.h"
#include "stepwell/converter/mo_options.h"

namespace stepwell::converter {

// What a user's words mean in a graph.
struct ResolvedTensor {
  TensorId tensor;
  std::optional<Use> edge;  // set where an input port was named: `tensor` enters it
};

// Throws Error(kInvalidArgument): with the nearest names where there is no such node, and with the ports there are
// where the node has no such port.
ResolvedTensor ResolveTensor(const SourceEdges& edges, const TensorRequest& request);

// Where to cut so that something else stands for the tensor: the tensor or edge itself, and for the value of a variable
// all its reads but `not_these`.
Cut CutAt(const SourceEdges& edges, const Variables& variables, const ResolvedTensor& resolved,
          std::span<const TensorId> not_these = {});

// The names that mo gives the input it makes of a tensor, besides the tensor's own.
std::vector<std::string> MoNames(const SourceEdges& edges, const ResolvedTensor& resolved);

// What the tensor is in the source: declared by its node, else inferred from what the node is computed from; an unknown
// rank where neither is possible. The dtype is nothing where even that is unknown.
struct SourceType {
  std::optional<DType> dtype;
  Shape shape = Shape::UnknownRank();
};
SourceType TypeOf(const SourceEdges& edges, const Variables& variables, TensorId tensor);

}  // namespace stepwell::converter
