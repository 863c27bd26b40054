#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "stepwell/converter/import/source_edges.h"

namespace stepwell::converter {

// An output that may be the next value of an input, and why.
struct TensorLoop {
  std::size_t input = 0;   // into the inputs that were given
  std::size_t output = 0;  // into the outputs
  std::string evidence;    // for people
};

// The loops that the edges prove between tensors that the caller feeds and tensors that it gets. Names do not count.
// There are two proofs:
// - The input's elements reach the output unchanged, by copies and selections only, and are joined on the way with data
//   of the call: for some choice (a length of zero) the output *is* the input, for others it is what followed it.
// - The input enters a recurrent op as a state, and the output is taken from that state's new values by copies and
//   selections only.
// All pairs with a proof are given, in the order of inputs, then outputs; whether types agree is not looked at.
std::vector<TensorLoop> FindTensorLoops(const SourceEdges& edges, std::span<const TensorId> inputs,
                                        std::span<const TensorId> outputs, const std::vector<bool>& depends_on_call);

}  // namespace stepwell::converter
