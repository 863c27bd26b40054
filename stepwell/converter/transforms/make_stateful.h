#pragma once

#include "stepwell/converter/convert.h"

namespace stepwell::converter {

// The options with the pairs of --transform MakeStateful as named states: those and no others, unless --states names
// more. A Result's name in IR ("logits/sink_port_0") is taken for its output.
ConvertOptions WithNamedStates(ConvertOptions options);

}  // namespace stepwell::converter
