#pragma once

#include <span>
#include <vector>

#include "stepwell/ir/builder.h"
#include "stepwell/passes/evaluate.h"

namespace stepwell::testing {

// The type that an op infers for output 0 of inputs of which only the types are known.
inline TensorType InferredType(const ir::Op& op, std::span<const TensorType> types) {
  std::vector<ir::InferContext::InputFacts> facts;
  for (const TensorType& type : types) facts.push_back({type});
  return op.Infer(ir::InferContext(facts)).at(0);
}

inline ir::ConstantData ConstantOf(const Tensor& tensor) { return ir::ConstantData::Of(tensor.Clone()); }

// Output 0 of an op on inputs that are all constants to it.
inline Tensor RunOnConstants(const ir::Op& op, std::span<const Tensor> inputs, ops::KernelSet set) {
  std::vector<ir::ConstantData> constants;
  for (const Tensor& input : inputs) constants.push_back(ConstantOf(input));
  return passes::EvaluateOp(op, constants, set).at(0).ToTensor();
}

// The same where the kernel must not rely on the values of floats.
inline Tensor RunOnInputs(std::shared_ptr<const ir::Op> op, std::span<const Tensor> inputs, ops::KernelSet set) {
  ir::GraphBuilder builder;
  std::vector<ir::ValueId> values;
  std::vector<ConstTensorView> views;
  for (const Tensor& input : inputs) {
    values.push_back(builder.AddInput("input", input.type()));
    views.push_back(input.view());
  }
  builder.AddOutput("output", builder.Add("op", std::move(op), values).at(0));
  const ir::Graph graph = std::move(builder).Build();
  return std::move(passes::Evaluate(graph, views, set).at(0));
}

}  // namespace stepwell::testing
