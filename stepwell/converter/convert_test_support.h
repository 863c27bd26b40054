#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "stepwell/converter/convert.h"
#include "stepwell/converter/templates/graph_writer.h"
#include "stepwell/passes/evaluate.h"

namespace stepwell::converter {

inline LoadedSource SourceOf(GraphWriter writer) {
  LoadedSource source;
  source.path = "test.pb";
  source.graph = std::move(writer).Finish();
  return source;
}

inline ConvertResult ConvertWriter(GraphWriter writer, const ConvertOptions& options = {}) {
  return Convert(SourceOf(std::move(writer)), options);
}

// A variable "name" f32[2] with its reading "name/read", set to `initial` by "name/Assign".
inline void AddVariable(GraphWriter& writer, const std::string& name, std::initializer_list<float> initial) {
  const Shape shape{static_cast<Dim>(initial.size())};
  writer.Node(name, "VariableV2", {}, {{"dtype", TfType::kFloat}, {"shape", shape}});
  writer.Op(name + "/read", "Identity", {name});
  writer.Const(name + "/initial", FloatTensor(shape, std::span(initial.begin(), initial.size())));
  writer.Op(name + "/Assign", "Assign", {name, name + "/initial"});
}

inline std::vector<std::string> NamesOf(std::span<const ir::Input> inputs) {
  std::vector<std::string> names;
  for (const ir::Input& input : inputs) names.push_back(input.name);
  return names;
}

inline std::vector<std::string> NamesOf(std::span<const ir::Output> outputs) {
  std::vector<std::string> names;
  for (const ir::Output& output : outputs) names.push_back(output.name);
  return names;
}

// Input -> output of every state.
inline std::map<std::string, std::string> StatePairs(const ir::Graph& graph) {
  std::map<std::string, std::string> pairs;
  for (const ir::StateVar& state : graph.states()) pairs.emplace(state.input, state.output);
  return pairs;
}

inline std::vector<Tensor> RunReference(const ir::Graph& graph, const std::vector<Tensor>& inputs) {
  std::vector<ConstTensorView> views;
  for (const Tensor& input : inputs) views.push_back(input.view());
  return passes::Evaluate(graph, views, ops::KernelSet::kReference);
}

// The same for a graph whose inputs and outputs are all f32 vectors.
inline std::vector<std::vector<float>> RunVectors(const ir::Graph& graph,
                                                  const std::vector<std::vector<float>>& inputs) {
  std::vector<Tensor> tensors;
  for (const auto& input : inputs) {
    tensors.push_back(Tensor::Of<float>({static_cast<Dim>(input.size())}, std::span<const float>(input)));
  }
  std::vector<std::vector<float>> outputs;
  for (const Tensor& tensor : RunReference(graph, tensors)) {
    const auto values = tensor.as<float>();
    outputs.emplace_back(values.begin(), values.end());
  }
  return outputs;
}

inline constexpr float kOutputTolerance = 1e-5F;   // of the largest magnitude
inline constexpr float kFeatureTolerance = 1e-4F;  // the same

inline void ExpectClose(const Tensor& actual, const Tensor& expected, const std::string& what,
                        float tolerance = kOutputTolerance) {
  ASSERT_EQ(ToText(actual.type()), ToText(expected.type())) << what;
  const auto want = expected.as<float>();
  const auto have = actual.as<float>();
  float largest = 0;
  float difference = 0;
  for (std::size_t i = 0; i < want.size(); ++i) {
    largest = std::max(largest, std::abs(want[i]));
    difference = std::max(difference, std::abs(want[i] - have[i]));
  }
  EXPECT_LE(difference, tolerance * largest) << what;
}

// Runs all inputs of a graph by name; those that nobody sets are zeros.
class Caller {
 public:
  explicit Caller(const ir::Graph& graph) : graph_(graph) {}

  void Set(const std::string& name, Tensor tensor) {
    const auto input = graph_.FindInput(name);
    if (input) given_[*input] = std::move(tensor);
  }

  void Run() {
    std::vector<Tensor> tensors;
    for (std::size_t i = 0; i < graph_.inputs().size(); ++i) {
      const ir::Input& input = graph_.inputs()[i];
      const TensorType type{graph_.value(input.value).type.dtype, input.default_shape};
      tensors.push_back(given_.contains(i) ? given_.at(i).Clone() : Tensor(type));
    }
    outputs_ = RunReference(graph_, tensors);
  }

  const Tensor& Get(const std::string& name) const { return outputs_.at(graph_.FindOutput(name).value()); }

 private:
  const ir::Graph& graph_;
  std::map<std::size_t, Tensor> given_;
  std::vector<Tensor> outputs_;
};

}  // namespace stepwell::converter
