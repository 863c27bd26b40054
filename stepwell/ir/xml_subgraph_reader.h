#pragma once

#include "stepwell/ir/xml_graph_reader.h"

// Internal.
namespace stepwell::ir {

// Gives the op of a layer with a body (TensorIterator, Loop) that body and its maps; does nothing for other layers.
void ReadSubgraph(const XmlLayer& layer, OpFactory factory, WeightsReader& weights, Op& op);

}  // namespace stepwell::ir
