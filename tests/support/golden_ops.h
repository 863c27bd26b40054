#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "stepwell/base/tensor.h"
#include "stepwell/ops/import_rule.h"
#include "stepwell/ops/kernel.h"

// TensorFlow ops with the values that TensorFlow computed, recorded by tests/data/golden_ops.py, and layers of IR with
// those that OpenVINO computed, recorded by golden_layers.py. A case goes the whole way of an op: its import rule
// builds a graph (or the layer's attributes are read), the graph is evaluated, the outputs are compared.
namespace stepwell::testing {

struct GoldenInput {
  Tensor value;
  bool is_constant = false;  // of the graph; else one of its inputs
};

struct GoldenCase {
  std::string name;
  std::shared_ptr<const ops::SourceNode> node;  // TensorFlow's, or null
  std::shared_ptr<const ir::Op> layer;          // OpenVINO's, or null
  std::vector<GoldenInput> inputs;
  std::vector<std::optional<Tensor>> outputs;  // nothing for those that the case does not look at
  double tolerance = 0;                        // of the largest magnitude of an output
  bool can_be_dynamic = true;                  // whether the rule must cope with dynamic dimensions
};

// Every case of the *.json files below `folder`, in the order of their names.
std::vector<GoldenCase> LoadGoldenCases(const std::filesystem::path& folder);

// Whether the graph's inputs have the recorded shapes, or dynamic dimensions and only the recorded rank.
enum class GoldenShapes : std::uint8_t { kStatic, kDynamic };

// The graph of one case: its inputs, what the import rule made of the node (or the layer), and the outputs looked at.
ir::Graph MakeGoldenGraph(const GoldenCase& golden, GoldenShapes shapes);

// What is wrong, for people; empty where the outputs' types and values are those of TensorFlow. Errors of the library
// go through.
std::string FindDifference(const GoldenCase& golden, GoldenShapes shapes, ops::KernelSet set);

}  // namespace stepwell::testing
