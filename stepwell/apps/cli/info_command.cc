#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "stepwell/apps/cli/command.h"
#include "stepwell/apps/cli/model_flags.h"
#include "stepwell/apps/cli/model_summary.h"
#include "stepwell/apps/cli/text_table.h"
#include "stepwell/ir/structure.h"

namespace stepwell::cli {
namespace {

using Json = nlohmann::ordered_json;

std::string RoleOf(const ir::Graph& graph, const std::string& name) {
  for (const auto& [role, named] : graph.roles()) {
    if (named == name) return role;
  }
  return ir::StructureVariables(graph).contains(name) ? "variable" : "";
}

std::string InitialText(const ir::StateVar& state) { return state.initial ? ToText(state.initial->type) : "zeros"; }

void PrintPorts(const ir::Graph& graph) {
  TextTable inputs({"input", "type", "shape in the source", "shapes of a call", "role"});
  for (const ir::Input& input : graph.inputs()) {
    inputs.Add({input.name, ToText(graph.value(input.value).type), ToText(input.default_shape), ToText(input.call),
                RoleOf(graph, input.name)});
  }
  TextTable outputs({"output", "type", "role"});
  for (const ir::Output& output : graph.outputs()) {
    outputs.Add({output.name, ToText(graph.value(output.value).type), RoleOf(graph, output.name)});
  }
  fmt::print("{}\n{}\n", inputs.Plain(), outputs.Plain());
}

void PrintStates(const ir::Graph& graph) {
  if (graph.states().empty()) {
    fmt::print("no states\n\n");
    return;
  }
  TextTable states({"state", "input", "output", "initial value"});
  for (const ir::StateVar& state : graph.states()) {
    states.Add({state.name, state.input, state.output, InitialText(state)});
  }
  fmt::print("{}\n", states.Plain());
}

void PrintInfo(const ir::Graph& graph, const ModelSummary& summary) {
  fmt::print("model {}\n\n", graph.name());
  PrintPorts(graph);
  PrintStates(graph);
  for (const auto& [key, value] : graph.metadata()) {
    if (key != ir::kStructureVariables) fmt::print("{}: {}\n", key, value);
  }
  if (!graph.metadata().empty()) fmt::print("\n");
  TextTable ops({"op", "count"});
  for (const auto& [op, count] : summary.op_counts) ops.Add({op, fmt::format("{}", count)});
  fmt::print("{}\nparameters: {}\nweights: {} bytes, each read at least once a call\n", ops.Plain(), summary.parameters,
             summary.weight_bytes);
}

// Null where not even the number of axes is known.
Json ShapeJson(const Shape& shape) {
  if (!shape.has_rank()) return {};
  Json dims = Json::array();
  for (const Dim dim : shape.dims()) dims.push_back(dim == kDynamic ? Json() : Json(dim));
  return dims;
}

Json PortJson(const ir::Graph& graph, const std::string& name, ir::ValueId value) {
  const TensorType& type = graph.value(value).type;
  Json port = {{"name", name}, {"type", DTypeName(type.dtype)}, {"shape", ShapeJson(type.shape)}};
  if (const std::string role = RoleOf(graph, name); !role.empty()) port["role"] = role;
  return port;
}

Json InfoJson(const ir::Graph& graph, const ModelSummary& summary) {
  Json info = {
      {"model", graph.name()}, {"inputs", Json::array()}, {"outputs", Json::array()}, {"states", Json::array()}};
  for (const ir::Input& input : graph.inputs()) {
    info["inputs"].push_back(PortJson(graph, input.name, input.value));
    info["inputs"].back()["default_shape"] = ShapeJson(input.default_shape);
    info["inputs"].back()["call_shape"] = ShapeJson(input.call.shape);
    info["inputs"].back()["largest_shape"] = ShapeJson(input.call.largest);
  }
  for (const ir::Output& output : graph.outputs())
    info["outputs"].push_back(PortJson(graph, output.name, output.value));
  for (const ir::StateVar& state : graph.states()) {
    info["states"].push_back({{"name", state.name},
                              {"input", state.input},
                              {"output", state.output},
                              {"initial", InitialText(state)},
                              {"evidence", state.evidence}});
  }
  info["roles"] = graph.roles();
  info["metadata"] = graph.metadata();
  info["ops"] = summary.op_counts;
  info["parameters"] = summary.parameters;
  info["weight_bytes_per_call"] = summary.weight_bytes;
  return info;
}

}  // namespace

void AddInfoCommand(CLI::App& program) {
  CLI::App* command = program.add_subcommand("info", "Show a model's inputs, outputs, states, roles, ops and weights");
  const auto model = std::make_shared<ModelFlags>(*command);
  const auto json = std::make_shared<bool>(false);
  command->add_flag("--json", *json, "Print JSON");
  command->callback([=] {
    const ir::Graph graph = model->LoadGraph();
    const ModelSummary summary = Summarise(graph);
    if (*json) {
      fmt::print("{}\n", InfoJson(graph, summary).dump(2));
    } else {
      PrintInfo(graph, summary);
    }
  });
}

}  // namespace stepwell::cli
