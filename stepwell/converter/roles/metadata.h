#pragma once

#include <map>
#include <string>

#include "stepwell/converter/source/source_graph.h"

namespace stepwell::converter {

// What a graph says of its model in constants that nothing reads, named metadata_KEY (DeepSpeech's exporter writes
// them): KEY -> value. Numbers are in decimal, several with commas between them; text stands as it is; bytes that are
// no text are in base64 under KEY_base64 (ir/roles.h).
std::map<std::string, std::string> FindMetadata(const SourceGraph& graph);

}  // namespace stepwell::converter
