#include "stepwell/ir/xml_variables.h"

#include <fmt/format.h>

#include <vector>

#include "stepwell/base/error.h"
#include "stepwell/ir/xml_attribute.h"
#include "stepwell/ir/xml_layer_type.h"

namespace stepwell::ir {
namespace {

struct Uses {
  std::vector<std::size_t> reads;
  std::vector<std::size_t> assigns;
};

std::map<std::string, Uses> CollectUses(const XmlGraph& graph) {
  std::map<std::string, Uses> uses;
  for (std::size_t i = 0; i < graph.layers.size(); ++i) {
    const XmlLayer& layer = graph.layers[i];
    if (layer.type == kReadValueType) uses[layer.Attribute("variable_id")].reads.push_back(i);
    if (layer.type == kAssignType) uses[layer.Attribute("variable_id")].assigns.push_back(i);
  }
  return uses;
}

}  // namespace

std::map<std::string, XmlVariable> FindVariables(const XmlGraph& graph) {
  std::map<std::string, XmlVariable> variables;
  for (const auto& [id, uses] : CollectUses(graph)) {
    if (uses.reads.size() != 1 || uses.assigns.size() != 1) {
      throw Error(ErrorKind::kInvalidModel,
                  fmt::format("variable '{}' was expected to be read once and assigned once; it is read {} times and "
                              "assigned {} times",
                              id, uses.reads.size(), uses.assigns.size()));
    }
    variables[id] = {uses.reads[0], uses.assigns[0]};
  }
  return variables;
}

TensorType TypeOfVariable(const XmlLayer& read) {
  if (read.FindAttribute("variable_shape") != nullptr) {
    return {ParseXmlDType(read.Attribute("variable_type")), ParseXmlShape(read.Attribute("variable_shape"))};
  }
  if (read.outputs.size() != 1 || !read.outputs[0].precision) {
    throw Error(ErrorKind::kInvalidModel, "neither the layer nor its output port says the type of the variable");
  }
  return {*read.outputs[0].precision, read.outputs[0].shape};
}

}  // namespace stepwell::ir
