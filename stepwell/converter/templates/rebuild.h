#pragma once

#include "stepwell/converter/source/load_source.h"

namespace stepwell::converter {

// Whether the source has no graph for inference: a checkpoint by itself, or the MetaGraph of a training run (variables
// are changed by an optimiser) whose checkpoint a template knows.
bool NeedsRebuilding(const LoadedSource& source);

// The same source with the inference graph that its variables belong to, rebuilt by the template that fits; its values
// are constants of that graph. Throws Error(kUnsupported) where none fits.
LoadedSource Rebuilt(const LoadedSource& source);

// LoadSource; a checkpoint by itself that no template knows is read with the MetaGraph beside it, if there is one.
LoadedSource LoadWithGraph(const SourceOptions& options);
// LoadWithGraph, rebuilt where that is needed.
LoadedSource LoadForInference(const SourceOptions& options);

}  // namespace stepwell::converter
