#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "stepwell/ir/graph.h"
#include "stepwell/ir/int8_activation_names.h"
#include "stepwell/ir/xml_fact.h"

// Internal. What this library adds to IR below <rt_info><stepwell>, which OpenVINO reads over; docs/ir.md says it.
namespace stepwell::ir {

struct ModelFacts {
  struct InputFact {
    std::string name;
    Shape default_shape;
    std::optional<CallShape> call;  // where it is more than the shape of the Parameter says
  };
  std::vector<InputFact> inputs;     // in the order of the graph
  std::vector<std::string> outputs;  // in the order of the graph
  std::vector<StateVar> states;
  std::map<std::string, std::string> roles;
  std::map<std::string, std::string> metadata;
  Int8ActivationNames int8_activations;
  StateForm state_form = StateForm::kExplicit;
};

XmlFact FactsToXml(const Graph& graph);

// Throws Error: kInvalidModel where an entry is missing or cannot be, kUnsupported when a newer version wrote it.
ModelFacts FactsFromXml(const XmlFact& xml);

}  // namespace stepwell::ir
