#pragma once

#include <string>
#include <vector>

#include "stepwell/ir/graph.h"

namespace stepwell::quantize {

// Where weights are multiplied, as far as it can be seen from outside of loops: values of the model's graph. Their last
// axis holds what one row of the weights is multiplied with, and what comes of it; all axes before count rows. Behind a
// recurrence's last real frame they hold what its cell makes of the frames there.
struct LayerTap {
  std::string weights;        // the node that gives them, as in QuantizedLayer::name
  std::int64_t elements = 0;  // of the weights; 0 where their shape is not known
  ir::ValueId input;
  ir::ValueId output;  // of the product, or the hidden state of a cell
};

// All products by what a node gives as weights (weight_uses.h); those of which input or output cannot be seen are left
// out.
std::vector<LayerTap> FindLayerTaps(const ir::Graph& graph);

}  // namespace stepwell::quantize
