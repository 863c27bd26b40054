#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "stepwell/converter/convert.h"
#include "stepwell/converter/import/import_plan.h"
#include "stepwell/converter/import/variables.h"

namespace stepwell::converter {

// A pair of an input and an output of the plan that may be a state.
struct StatePair {
  // How it is known: the user said so, a variable is assigned, or the edges between the two tensors show it. A pair of
  // the last kind counts only if the two have the same type, and if no other pair claims either of them.
  enum class Proof : std::uint8_t { kNamed, kVariable, kEdges };

  Proof proof = Proof::kNamed;
  std::string name;
  std::string input;   // ImportInput::name
  std::string output;  // ImportOutput::name
  std::optional<ir::ConstantData> initial;
  std::string evidence;
};

// Everything that is decided before the first node is rewritten.
struct ConversionPlan {
  ImportPlan import;
  std::map<std::string, Shape> wanted_shapes;  // by ImportInput::name, where the user gave one
  std::vector<StatePair> pairs;
  std::vector<std::string> structure_variables;  // ImportInput::name of variables that stay inputs without a value
  std::vector<std::string> warnings;
};

// Decides what of the source becomes inputs, constants, outputs and states. Throws Error(kInvalidArgument) where the
// user's words do not fit the graph, and Error(kUnsupported) listing ops that cannot be rewritten.
ConversionPlan PlanConversion(const SourceEdges& edges, const Variables& variables, const ConvertOptions& options);

}  // namespace stepwell::converter
