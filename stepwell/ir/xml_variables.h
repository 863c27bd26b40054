#pragma once

#include <cstddef>
#include <map>
#include <string>

#include "stepwell/base/tensor.h"
#include "stepwell/ir/xml_document.h"

// Internal. OpenVINO's way to say states: a ReadValue gives the variable's value and an Assign takes the next one.
namespace stepwell::ir {

// The two layers of a variable, as indices into XmlGraph::layers.
struct XmlVariable {
  std::size_t read = 0;
  std::size_t assign = 0;
};

// By variable_id. Throws Error(kInvalidModel) unless each variable is read once and assigned once.
std::map<std::string, XmlVariable> FindVariables(const XmlGraph& graph);

// What a ReadValue gives: its own words (opset6), else what its port says (opset3).
TensorType TypeOfVariable(const XmlLayer& read);

}  // namespace stepwell::ir
