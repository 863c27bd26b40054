#pragma once

#include <optional>
#include <string>
#include <vector>

#include "stepwell/converter/convert.h"
#include "stepwell/converter/plan/resolve.h"

namespace stepwell::converter {

// A tensor that the user wants fed or frozen, with all that the flags say about it.
struct RequestedInput {
  std::string name;  // as the user wrote it
  ResolvedTensor resolved;
  std::optional<Shape> shape;
  std::optional<DType> dtype;
  std::optional<Literal> value;
};

// --input, --input_shape and --freeze_placeholder_with_value brought together, in the order of --input; what is only
// frozen comes last. Throws Error(kInvalidArgument) where a tensor is named twice, has two shapes or two values, or
// where the number of shapes is not that of the inputs.
std::vector<RequestedInput> ResolveRequestedInputs(const SourceEdges& edges, const ConvertOptions& options);

}  // namespace stepwell::converter
