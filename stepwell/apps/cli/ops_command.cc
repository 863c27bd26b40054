#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "stepwell/apps/cli/command.h"
#include "stepwell/apps/cli/text_table.h"
#include "stepwell/converter/source_ops.h"
#include "stepwell/ops/registry.h"

namespace stepwell::cli {
namespace {

using Json = nlohmann::ordered_json;

void PrintOps() {
  TextTable source_ops({"TensorFlow op", "what becomes of it"});
  for (const auto& [name, how] : converter::AllSourceOps()) source_ops.Add({name, std::string(how)});
  TextTable layers({"IR op", "opset written"});
  for (const ops::LayerType& layer : ops::AllLayerTypes()) {
    layers.Add({std::string(layer.name), std::string(layer.opset)});
  }
  fmt::print("{}\n{}", source_ops.Plain(), layers.Plain());
}

void PrintOpsJson() {
  Json json = {{"tensorflow", Json::array()}, {"ir", Json::array()}};
  for (const auto& [name, how] : converter::AllSourceOps()) json["tensorflow"].push_back({{"op", name}, {"how", how}});
  for (const ops::LayerType& layer : ops::AllLayerTypes()) {
    json["ir"].push_back({{"op", layer.name}, {"opset", layer.opset}});
  }
  fmt::print("{}\n", json.dump(2));
}

}  // namespace

void AddOpsCommand(CLI::App& program) {
  CLI::App* command = program.add_subcommand("ops", "List the TensorFlow ops that convert and the IR ops that run");
  const auto json = std::make_shared<bool>(false);
  command->add_flag("--json", *json, "Print one JSON object");
  command->callback([json] { *json ? PrintOpsJson() : PrintOps(); });
}

}  // namespace stepwell::cli
