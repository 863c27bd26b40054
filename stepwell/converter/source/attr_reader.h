#pragma once

#include "stepwell/converter/source/source_node.h"
#include "stepwell/converter/source/wire_reader.h"

namespace stepwell::converter {

// An AttrValue message. Throws where it contradicts itself; kinds that no graph to be run holds give std::monostate.
SourceAttr ReadAttrValue(WireReader message);

}  // namespace stepwell::converter
