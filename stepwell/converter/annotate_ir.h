#pragma once

#include "stepwell/converter/convert.h"

namespace stepwell::converter {

// Whether a path names IR, by its ending.
bool IsIrFile(const std::filesystem::path& path);

// IR read from `options.source.model` and told what its file leaves open: the states that `options.states` pairs (the
// file's own stay unless they are to be left unpaired), roles that the graph shows or `options.roles` names, and a
// name. With Weights::kF16 it is compressed, too. Other options do not count. Throws Error naming the file, and
// Error(kInvalidArgument) for a name that the graph does not have.
ConvertResult AnnotateIr(const ConvertOptions& options);

}  // namespace stepwell::converter
