#pragma once

#include "stepwell/base/memory.h"
#include "stepwell/converter/source/source_graph.h"
#include "stepwell/converter/source/wire_reader.h"

namespace stepwell::converter {

// A GraphDef message in protobuf's binary form; constants are slices of its bytes. `Validate` is not called.
// Throws Error(kInvalidModel) saying at which byte, and in which node, the file is wrong.
SourceGraph ReadGraphDef(WireReader message);
SourceGraph::Parts ReadGraphParts(WireReader message);
// "name" or "name:port". Throws Error(kInvalidModel) where what is behind the colon is no port.
SourceOutput ParseSourceOutput(const std::string& text);
inline SourceGraph ReadGraphDef(const SharedBytes& bytes) { return ReadGraphDef(WireReader(bytes)); }

}  // namespace stepwell::converter
