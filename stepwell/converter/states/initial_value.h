#pragma once

#include <optional>

#include "stepwell/converter/import/variables.h"
#include "stepwell/ir/constant_data.h"

namespace stepwell::converter {

// What a variable of a state loop holds before the first call: what its initialising assign stores, if that is a
// constant or computed from constants alone; else what the checkpoint holds. Nothing where neither is there, and for
// zeros. Equal rows become one. `update`: the assign of the loop, which does not count.
std::optional<ir::ConstantData> InitialValue(const SourceEdges& edges, const Variables& variables, NodeIndex variable,
                                             NodeIndex update);

}  // namespace stepwell::converter
