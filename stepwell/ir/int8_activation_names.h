#pragma once

#include <set>
#include <string>

#include "stepwell/ir/graph.h"

// Internal.
namespace stepwell::ir {

// The constants whose products round activations to 8-bit integers (ConstantData::activations), by the names of their
// layers, those in bodies of loops included. OpenVINO keeps names when it saves a file, and no marks at layers.
using Int8ActivationNames = std::set<std::string, std::less<>>;

Int8ActivationNames Int8ActivationNamesOf(const Graph& graph);

}  // namespace stepwell::ir
