#pragma once

#include <map>

#include "stepwell/passes/constant_evaluator.h"
#include "stepwell/runtime/plan.h"
#include "stepwell/runtime/value_homes.h"
#include "stepwell/runtime/wanted_outputs.h"
#include "stepwell/runtime/weight_store.h"

namespace stepwell::runtime {

// What all plans of a model share.
struct SharedWeights {
  explicit SharedWeights(std::unique_ptr<WeightStore> kept) : store(std::move(kept)), packed(store.get()) {}

  const std::unique_ptr<WeightStore> store;  // or null
  ops::WeightCache packed;
  passes::DerivedIdentities identities;
};

// Turns a graph of static shapes into a plan: kernels, places, copies. Used once.
class PlanCompiler {
 public:
  // `graph`: what passes::Specialise and the fusing passes made; must outlive the compiler, not the plan.
  PlanCompiler(const ir::Graph& graph, ops::KernelSet kernels, SharedWeights& weights);

  // `given_inputs` and `wanted`: the model's indices of the graph's inputs and outputs, in order.
  std::shared_ptr<const Plan> Compile(std::span<const std::size_t> given_inputs, const WantedOutputs& wanted) &&;

 private:
  void AddPorts(std::span<const std::size_t> given_inputs, const WantedOutputs& wanted);
  void AddStep(const ir::Node& node);
  std::unique_ptr<const ops::Kernel> MakeKernel(const ir::Node& node, std::span<const ir::ConstantData> constants);
  void AddCopies();
  // Denies rows to ports that some kernel, or a copy, takes in one piece.
  void DecideRows();
  // The constants among a node's inputs; with no bytes where the input is computed.
  std::vector<ir::ConstantData> ConstantInputs(const ir::Node& node) const;
  // Keeps the constant for kernels that read it as it is.
  Plan::Place Hold(ir::ValueId value, const ir::ConstantData& constant);
  // The same for a value that no step computes; an error names its node.
  Plan::Place HoldConstant(ir::ValueId value);
  const TensorType& TypeOf(ir::ValueId value) const { return graph_.value(value).type; }

  const ir::Graph& graph_;
  ops::KernelSet kernels_;
  SharedWeights& weights_;
  passes::ConstantEvaluator constants_;
  ValueHomes homes_;
  std::map<ir::ValueId, Plan::Place> held_;
  std::shared_ptr<Plan> plan_;
};

}  // namespace stepwell::runtime
