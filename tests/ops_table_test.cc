// docs/ops.md is generated: what it says of the ops is what the registry and the recorded cases say. To write it anew
// after a change: STEPWELL_WRITE_DOCS=1 build/release/tests/stepwell_ops_table_tests
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>

#include "stepwell/base/file.h"
#include "stepwell/base/text.h"
#include "stepwell/converter/source_ops.h"
#include "stepwell/ops/registry.h"
#include "tests/support/golden_ops.h"

namespace stepwell::testing {
namespace {

namespace fs = std::filesystem;

// What the recorded cases of one op show.
struct Recorded {
  std::size_t num_cases = 0;
  std::set<std::string> layers;  // what the import rule wrote, constants aside
};

std::vector<GoldenCase> AllGoldenCases() {
  std::vector<GoldenCase> all;
  for (const auto& entry : fs::directory_iterator(fs::path(STEPWELL_SOURCE_DIR) / "tests/data")) {
    const std::string folder = entry.path().filename().string();
    if (!folder.starts_with("ops_") && !folder.starts_with("layers_")) continue;
    for (GoldenCase& golden : LoadGoldenCases(entry.path())) all.push_back(std::move(golden));
  }
  return all;
}

struct Evidence {
  std::map<std::string, Recorded, std::less<>> of_source_op;
  std::map<std::string, std::size_t, std::less<>> cases_of_layer;
};

Evidence GatherEvidence() {
  Evidence evidence;
  for (const GoldenCase& golden : AllGoldenCases()) {
    std::set<std::string> layers;
    if (golden.node != nullptr) ++evidence.of_source_op[std::string(golden.node->op())].num_cases;
    const ir::Graph graph = MakeGoldenGraph(golden, GoldenShapes::kStatic);
    for (const ir::Node& node : graph.nodes()) {
      if (node.op->name() != "Const") layers.emplace(node.op->name());
    }
    for (const std::string& layer : layers) ++evidence.cases_of_layer[layer];
    if (golden.node != nullptr) evidence.of_source_op[std::string(golden.node->op())].layers.merge(layers);
  }
  return evidence;
}

std::string StatusOf(std::size_t num_cases) {
  return num_cases == 0 ? "no recorded case of its own"
                        : fmt::format("{} recorded case{}", num_cases, num_cases == 1 ? "" : "s");
}

std::string SourceOpRow(const converter::SourceOp& op, const Evidence& evidence) {
  if (op.how != "rewritten") return fmt::format("| {} | – | {} |\n", op.name, op.how);
  const auto found = evidence.of_source_op.find(op.name);
  const Recorded recorded = found == evidence.of_source_op.end() ? Recorded() : found->second;
  const std::string layers = Join(std::vector<std::string>(recorded.layers.begin(), recorded.layers.end()), ", ");
  return fmt::format("| {} | {} | rewritten; {} |\n", op.name, layers.empty() ? "–" : layers,
                     StatusOf(recorded.num_cases));
}

std::string LayerRow(const ops::LayerType& layer, const Evidence& evidence) {
  const auto found = evidence.cases_of_layer.find(layer.name);
  const std::size_t num_cases = found == evidence.cases_of_layer.end() ? 0 : found->second;
  return fmt::format("| {} | {} | {} |\n", layer.name, layer.opset, StatusOf(num_cases));
}

std::string MakePage() {
  const Evidence evidence = GatherEvidence();
  std::string page =
      "# Ops\n\nGenerated from the registry of `ops/` and the recorded cases below `tests/data/` by "
      "`tests/ops_table_test.cc`; `stepwell\nops` prints the same lists without the cases.\n\n"
      "## TensorFlow's ops\n\nWhat becomes of each. *rewritten*: an import rule writes the layers named, which are "
      "those seen in its recorded cases;\n*input*: becomes an input; *constant*, *variable*: a constant of the IR or a "
      "state; *copy*: its input stands for it;\n*update*: an assign, found as part of a state; *left out*: has no "
      "value, nothing depends on it; *branch*: of a\nconditional, decided where its predicate is known; *refused*: the "
      "shape of its output depends on data (Unique\nconverts where it only serves Gather). An op that is not listed is "
      "refused by name when an output depends on it.\n\n"
      "| TensorFlow op | IR ops | status |\n|---|---|---|\n";
  for (const converter::SourceOp& op : converter::AllSourceOps()) page += SourceOpRow(op, evidence);
  page +=
      "\n## IR's ops\n\nLayers that are read from IR of any program and run. The opset is the one that we write; "
      "`./check "
      "--with-openvino` compares\neach with OpenVINO's CPU plugin over random shapes and attributes.\n\n"
      "| IR op | opset | status |\n|---|---|---|\n";
  for (const ops::LayerType& layer : ops::AllLayerTypes()) page += LayerRow(layer, evidence);
  return page;
}

TEST(OpsTable, OfTheManualIsThatOfTheRegistry) {
  const fs::path path = fs::path(STEPWELL_SOURCE_DIR) / "docs/ops.md";
  const std::string page = MakePage();
  if (std::getenv("STEPWELL_WRITE_DOCS") != nullptr) std::ofstream(path) << page;
  std::ifstream file(path);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), page)
      << "docs/ops.md is old: run STEPWELL_WRITE_DOCS=1 build/release/tests/stepwell_ops_table_tests and commit it";
}

}  // namespace
}  // namespace stepwell::testing
