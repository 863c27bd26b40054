#include "stepwell/converter/state_table.h"

#include <fmt/format.h>

namespace stepwell::converter {
namespace {

std::string InitialText(const ir::StateVar& state) {
  if (!state.initial) return "zeros";
  const auto value = state.initial->UniformValue();
  return value ? fmt::format("{}", *value) : "a constant";
}

}  // namespace

std::vector<StateRow> StateTable(const ir::Graph& graph) {
  std::vector<StateRow> rows;
  for (const ir::StateVar& state : graph.states()) {
    const auto input = graph.FindInput(state.input);
    STEPWELL_CHECK(input.has_value());
    const TensorType& type = graph.value(graph.inputs()[*input].value).type;
    rows.push_back({state.name, ToText(type), InitialText(state), state.input, state.output, state.evidence});
  }
  return rows;
}

}  // namespace stepwell::converter
