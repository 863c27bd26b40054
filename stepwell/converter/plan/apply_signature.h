#pragma once

#include "stepwell/converter/convert.h"
#include "stepwell/converter/import/source_edges.h"

namespace stepwell::converter {

// The options with a signature's keys for names: --input, --output and --freeze_placeholder_with_value may name tensors
// by key, which goes before a node of the same name; inputs and outputs that the user did not choose are the
// signature's, the inputs as far as the outputs need them. Whatever is named by its key is called so in the result.
ConvertOptions WithSignature(const SourceEdges& edges, const Signature& signature, ConvertOptions options);

// The signature to convert by; null where there is none, or where the user chose inputs and outputs and the choice of a
// signature is not clear. Throws Error(kInvalidArgument) listing the names where it is not clear otherwise.
const Signature* SignatureFor(const LoadedSource& source, const ConvertOptions& options);

}  // namespace stepwell::converter
