#pragma once

#include <map>
#include <string>
#include <vector>

#include "stepwell/converter/source/source_node.h"
#include "stepwell/converter/source/wire_reader.h"

namespace stepwell::converter {

// A SignatureDef: what a graph offers to be called with, by keys that the author chose instead of node names.
struct Signature {
  using Tensors = std::map<std::string, SourceOutput>;  // key -> tensor of the graph

  Tensors inputs;
  Tensors outputs;
};
using Signatures = std::map<std::string, Signature>;

// The signature that a caller gets who names none, TensorFlow's constant of that meaning.
inline constexpr std::string_view kDefaultSignature = "serving_default";

// Adds an entry of MetaGraphDef.signature_def. Tensors in other forms than one dense tensor (sparse, composite) are
// left out. Source: meta_graph.proto (SignatureDef, TensorInfo).
void ReadSignatureEntry(WireReader entry, Signatures& signatures);

// The signature called `name`, or without a name the one to take: serving_default, else the only one, else null. Those
// without inputs or outputs, by which TensorFlow runs initialisers, do not count. Throws Error(kInvalidArgument)
// listing the names where there is none of that name.
const Signature* ChooseSignature(const Signatures& signatures, const std::string& name);

}  // namespace stepwell::converter
