#pragma once

#include <cstddef>

#include "stepwell/ir/subgraph.h"
#include "stepwell/ir/xml_printer.h"
#include "stepwell/ir/xml_weights.h"

// Internal. What a layer with a body says beside its ports.
namespace stepwell::ir {

// <port_map> and <back_edges>. `num_inputs`: of the node, whose outputs are numbered after them.
void WritePortMap(const SubgraphOp& op, std::size_t num_inputs, XmlPrinter& printer);
void WriteBody(const SubgraphOp& op, XmlPrinter& printer, WeightsWriter& weights);

}  // namespace stepwell::ir
