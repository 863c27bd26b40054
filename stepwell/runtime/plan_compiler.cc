#include "stepwell/runtime/plan_compiler.h"

#include <fmt/format.h>

#include <algorithm>

#include "stepwell/base/error.h"
#include "stepwell/base/memory_budget.h"
#include "stepwell/ops/registry.h"

namespace stepwell::runtime {

using Home = Plan::Place::Home;

namespace {

// Said here, where the node is known; a session would see the sum alone.
void RequireFits(const TensorType& type) {
  if (type.bytes() <= MemoryBudget()) return;
  throw Error(ErrorKind::kIo, fmt::format("its result {} takes {} bytes of memory, but there are {}", ToText(type),
                                          type.bytes(), MemoryBudget()));
}

}  // namespace

PlanCompiler::PlanCompiler(const ir::Graph& graph, ops::KernelSet kernels, SharedWeights& weights)
    : graph_(graph),
      kernels_(kernels),
      weights_(weights),
      constants_(graph, &weights.identities),
      homes_(graph, constants_),
      plan_(new Plan) {}

std::shared_ptr<const Plan> PlanCompiler::Compile(std::span<const std::size_t> given_inputs,
                                                  const WantedOutputs& wanted) && {
  AddPorts(given_inputs, wanted);
  for (const ir::Node& node : graph_.nodes()) {
    if (!homes_.IsStep(node)) continue;
    While([&] { return fmt::format("planning node '{}' ({})", node.name, node.op->name()); }, [&] { AddStep(node); });
  }
  AddCopies();
  DecideRows();
  plan_->arena_bytes_ = homes_.arena_bytes();
  return std::move(plan_);
}

void PlanCompiler::AddPorts(std::span<const std::size_t> given_inputs, const WantedOutputs& wanted) {
  for (std::size_t i = 0; i < given_inputs.size(); ++i) {
    const ir::Input& input = graph_.inputs()[i];
    plan_->inputs_.push_back({given_inputs[i], input.name, TypeOf(input.value)});
  }
  for (std::size_t i = 0; i < wanted.outputs.size(); ++i) {
    const ir::Output& output = graph_.outputs()[i];
    plan_->outputs_.push_back({wanted.outputs[i], output.name, TypeOf(output.value)});
  }
  plan_->left_out_ = wanted.left_out;
}

void PlanCompiler::AddStep(const ir::Node& node) {
  for (const ir::ValueId output : node.outputs) RequireFits(TypeOf(output));
  const std::vector<ir::ConstantData> constants = ConstantInputs(node);
  Plan::Step step{node.name, std::string(node.op->name()), MakeKernel(node, constants), {}, {}};
  for (std::size_t port = 0; port < node.inputs.size(); ++port) {
    const ir::ValueId input = node.inputs[port];
    Plan::Place place;
    if (!constants_.IsConstant(input)) {
      place = homes_.Find(input).value();
    } else if (step.kernel->ReadsInput(static_cast<int>(port))) {
      place = Hold(input, constants[port]);
    }
    step.inputs.push_back({TypeOf(input), place});
  }
  for (const ir::ValueId output : node.outputs) step.outputs.push_back({TypeOf(output), homes_.Find(output).value()});
  plan_->scratch_bytes_ = std::max(plan_->scratch_bytes_, step.kernel->scratch_bytes());
  plan_->steps_.push_back(std::move(step));
}

std::unique_ptr<const ops::Kernel> PlanCompiler::MakeKernel(const ir::Node& node,
                                                            std::span<const ir::ConstantData> constants) {
  std::vector<TensorType> input_types;
  std::vector<TensorType> output_types;
  std::vector<const ir::ConstantData*> constant_inputs;
  for (std::size_t port = 0; port < node.inputs.size(); ++port) {
    input_types.push_back(TypeOf(node.inputs[port]));
    constant_inputs.push_back(constants_.IsConstant(node.inputs[port]) ? &constants[port] : nullptr);
  }
  for (const ir::ValueId output : node.outputs) output_types.push_back(TypeOf(output));
  return ops::MakeKernel(*node.op, {.input_types = input_types,
                                    .output_types = output_types,
                                    .constants = constant_inputs,
                                    .weights = &weights_.packed,
                                    .set = kernels_});
}

void PlanCompiler::AddCopies() {
  for (std::size_t output = 0; output < graph_.outputs().size(); ++output) {
    const ir::ValueId value = graph_.outputs()[output].value;
    const std::optional<Plan::Place> place = homes_.Find(value);
    if (place && place->home == Home::kOutput && place->index == output) continue;
    const Plan::Place from = place ? *place : HoldConstant(value);
    plan_->copies_.push_back({{TypeOf(value), from}, output});
  }
}

void PlanCompiler::DecideRows() {
  const auto port_at = [&](const Plan::Place& place) -> Plan::Port* {
    if (place.home == Home::kInput) return &plan_->inputs_[place.index];
    return place.home == Home::kOutput ? &plan_->outputs_[place.index] : nullptr;
  };
  const auto allow = [&](const Plan::Place& place, bool known) {
    if (Plan::Port* port = port_at(place)) port->may_be_rows = port->may_be_rows && known;
  };
  for (Plan::Port& port : plan_->inputs_) port.may_be_rows = port.type.shape.rank() > 0;
  for (Plan::Port& port : plan_->outputs_) port.may_be_rows = port.type.shape.rank() > 0;
  for (const Plan::Step& step : plan_->steps_) {
    for (std::size_t i = 0; i < step.inputs.size(); ++i) {
      allow(step.inputs[i].place, step.kernel->TakesRows(static_cast<int>(i)));
    }
    for (std::size_t i = 0; i < step.outputs.size(); ++i) {
      allow(step.outputs[i].place, step.kernel->GivesRows(static_cast<int>(i)));
    }
  }
  for (const Plan::Copy& copy : plan_->copies_) {
    allow(copy.from.place, false);
    allow({Home::kOutput, copy.output}, false);
  }
}

Plan::Place PlanCompiler::HoldConstant(ir::ValueId value) {
  const ir::Node& node = *graph_.producer(value);
  return While(
      [&] { return fmt::format("computing the constant output of node '{}' ({})", node.name, node.op->name()); },
      [&] {
        RequireFits(TypeOf(value));
        return Hold(value, constants_.Evaluate(value));
      });
}

std::vector<ir::ConstantData> PlanCompiler::ConstantInputs(const ir::Node& node) const {
  std::vector<ir::ConstantData> constants;
  for (const ir::ValueId input : node.inputs) {
    constants.push_back(constants_.IsConstant(input) ? constants_.Evaluate(input) : ir::ConstantData{});
  }
  return constants;
}

Plan::Place PlanCompiler::Hold(ir::ValueId value, const ir::ConstantData& constant) {
  const auto [entry, is_new] = held_.try_emplace(value, Plan::Place{Home::kConstant, plan_->constants_.size()});
  if (!is_new) return entry->second;
  if (const auto view = constant.AlignedView()) {
    plan_->constants_.push_back({*view, std::make_shared<ir::ConstantData>(constant)});
  } else {
    const auto fill = [&](std::span<std::byte> to) {
      constant.bytes.Stream([&](std::span<const std::byte> piece) {
        std::copy(piece.begin(), piece.end(), to.begin());
        to = to.subspan(piece.size());
      });
    };
    const auto make = [&](PackedBlocks& blocks) {
      return std::make_shared<const SharedBytes>(blocks.Make(constant.bytes.size(), fill));
    };
    auto bytes = weights_.packed.GetOrMake<SharedBytes>(constant, "aligned", make);
    plan_->constants_.push_back({ConstTensorView(constant.type, bytes->data()), bytes});
  }
  return entry->second;
}

}  // namespace stepwell::runtime
