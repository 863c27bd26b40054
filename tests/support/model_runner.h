#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "stepwell/base/npy.h"
#include "stepwell/runtime/loaded_model.h"
#include "stepwell/runtime/session.h"

namespace stepwell::tests {

using Tensors = std::map<std::string, Tensor>;

// The file that holds a tensor of this name in a recording, and that `stepwell run` writes it to.
inline std::string FileOfOutput(std::string name) {
  std::replace_if(
      name.begin(), name.end(), [](char letter) { return letter == '/' || letter == ':'; }, '_');
  return name + ".npy";
}

// Runs a model on tensors found by name; a plan per set of shapes.
class ModelRunner {
 public:
  explicit ModelRunner(std::shared_ptr<const runtime::LoadedModel> model, runtime::PlanOptions options = {})
      : model_(std::move(model)), options_(options) {}

  const runtime::LoadedModel& model() const { return *model_; }

  std::shared_ptr<const runtime::Plan> PlanFor(const Tensors& inputs) const {
    runtime::PlanRequest request;
    request.input_shapes.resize(model_->graph().inputs().size());
    request.options = options_;
    for (const auto& [name, tensor] : inputs) {
      const auto index = model_->graph().FindInput(name);
      if (!index) throw Error(ErrorKind::kInvalidArgument, "the model has no input '" + name + "'");
      request.input_shapes[*index] = tensor.type().shape;
    }
    return model_->PlanFor(request);
  }

  // All outputs that the inputs suffice for, by the name of the output.
  Tensors Run(const Tensors& inputs) const {
    const auto plan = PlanFor(inputs);
    std::vector<ConstTensorView> input_views(plan->inputs().size());
    for (const auto& [name, tensor] : inputs) {
      const std::size_t index = *model_->graph().FindInput(name);
      for (std::size_t i = 0; i < input_views.size(); ++i) {
        if (plan->inputs()[i].index == index) input_views[i] = tensor.view();
      }
    }
    Tensors outputs;
    std::vector<TensorView> output_views;
    for (const auto& port : plan->outputs()) {
      output_views.push_back(outputs.emplace(port.name, Tensor(port.type)).first->second.view());
    }
    runtime::Session(plan).Run(input_views, output_views);
    return outputs;
  }

 private:
  std::shared_ptr<const runtime::LoadedModel> model_;
  runtime::PlanOptions options_;
};

// A call of a model at its default shapes, all inputs zero.
class DefaultCall {
 public:
  explicit DefaultCall(const runtime::LoadedModel& model, runtime::PlanOptions options = {})
      : session_(PlanFor(model, options)) {
    for (const auto& port : session_.plan().inputs()) inputs_.push_back(tensors_.emplace_back(port.type).view());
    for (const auto& port : session_.plan().outputs()) outputs_.push_back(tensors_.emplace_back(port.type).view());
  }

  void Run() { session_.Run(inputs_, outputs_); }

 private:
  static std::shared_ptr<const runtime::Plan> PlanFor(const runtime::LoadedModel& model,
                                                      const runtime::PlanOptions& options) {
    runtime::PlanRequest request = model.DefaultRequest();
    request.options = options;
    return model.PlanFor(request);
  }

  runtime::Session session_;
  std::vector<Tensor> tensors_;  // their memory stays where it is when the vector grows
  std::vector<ConstTensorView> inputs_;
  std::vector<TensorView> outputs_;
};

// One of a run's outputs, by any name that the model knows it by.
inline const Tensor& FindOutput(const ModelRunner& runner, const Tensors& outputs, const std::string& name) {
  const ir::Graph& graph = runner.model().graph();
  return outputs.at(graph.outputs()[graph.FindOutput(name).value()].name);
}

// How many steps of the plan run such an op.
inline std::ptrdiff_t CountSteps(const runtime::Plan& plan, std::string_view op) {
  return std::count_if(plan.steps().begin(), plan.steps().end(), [&](const auto& step) { return step.op == op; });
}

// The largest difference of two f32 tensors of one size, in units of the largest magnitude of `expected`.
inline float RelativeDifference(std::span<const float> a, std::span<const float> e) {
  if (a.size() != e.size()) return INFINITY;
  float difference = 0;
  float magnitude = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (!std::isfinite(a[i])) return INFINITY;
    difference = std::max(difference, std::abs(a[i] - e[i]));
    magnitude = std::max(magnitude, std::abs(e[i]));
  }
  return magnitude > 0 ? difference / magnitude : difference;
}
inline float RelativeDifference(const Tensor& actual, const Tensor& expected) {
  return RelativeDifference(actual.as<float>(), expected.as<float>());
}

}  // namespace stepwell::tests
