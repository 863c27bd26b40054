#include "stepwell/ops/control/body_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "stepwell/ops/registry.h"

namespace stepwell::ops::control {
namespace {

std::vector<TensorType> TypesOf(const ir::Graph& graph, const std::vector<ir::ValueId>& values) {
  std::vector<TensorType> types;
  for (const ir::ValueId value : values) types.push_back(graph.value(value).type);
  return types;
}

}  // namespace

BodyPlan::BodyPlan(ir::Graph body, const KernelSite& site)
    : body_(std::move(body)),
      constants_(body_.num_values(), nullptr),
      offsets_(body_.num_values(), 0),
      computed_(body_.num_values(), false) {
  for (const ir::Node& node : body_.nodes()) {
    if (ir::As<ir::Constant>(*node.op) == nullptr) AddStep(node, site);
  }
  PlaceConstants();
  PlaceMemory();
}

void BodyPlan::AddStep(const ir::Node& node, const KernelSite& site) {
  const auto frame = [&] { return fmt::format("preparing node '{}' ({}) of a body", node.name, node.op->name()); };
  While(frame, [&] {
    RequireStatic(node);
    most_inputs_ = std::max(most_inputs_, node.inputs.size());
    most_outputs_ = std::max(most_outputs_, node.outputs.size());
    if (node.op->IsView()) {
      steps_.push_back({&node, nullptr});
      return;
    }
    const std::vector<TensorType> input_types = TypesOf(body_, node.inputs);
    const std::vector<TensorType> output_types = TypesOf(body_, node.outputs);
    std::vector<const ir::ConstantData*> constants;
    for (const ir::ValueId input : node.inputs) constants.push_back(body_.constant(input));
    auto kernel = MakeKernel(*node.op, {.input_types = input_types,
                                        .output_types = output_types,
                                        .constants = constants,
                                        .weights = site.weights,
                                        .set = site.set});
    scratch_bytes_ = std::max(scratch_bytes_, kernel->scratch_bytes());
    steps_.push_back({&node, std::move(kernel)});
    for (const ir::ValueId output : node.outputs) computed_[output.index] = true;
  });
}

void BodyPlan::RequireStatic(const ir::Node& node) const {
  for (const ir::ValueId output : node.outputs) {
    const TensorType& type = body_.value(output).type;
    if (!type.shape.is_static()) {
      throw Error(ErrorKind::kUnsupported, fmt::format("its result {} depends on data", ToText(type)));
    }
  }
}

// A constant that only a kernel which packed it uses needs no memory.
bool BodyPlan::IsRead(ir::ValueId value) const {
  const auto is_output = [&](const ir::Output& output) { return output.value == value; };
  if (std::any_of(body_.outputs().begin(), body_.outputs().end(), is_output)) return true;
  return std::any_of(steps_.begin(), steps_.end(), [&](const Step& step) {
    for (std::size_t i = 0; i < step.node->inputs.size(); ++i) {
      if (step.node->inputs[i] != value) continue;
      if (step.kernel == nullptr ? i == 0 : step.kernel->ReadsInput(static_cast<int>(i))) return true;
    }
    return false;
  });
}

void BodyPlan::PlaceConstants() {
  for (const ir::Node& node : body_.nodes()) {
    const auto* constant = ir::As<ir::Constant>(*node.op);
    if (constant == nullptr || !IsRead(node.outputs[0])) continue;
    constants_[node.outputs[0].index] = held_.emplace_back(constant->data.AlignedBytes()).data();
  }
}

std::size_t BodyPlan::Reserve(std::size_t bytes) {
  const std::size_t offset = memory_bytes_;
  constexpr std::size_t kAlignment = AlignedBuffer::kAlignment;
  memory_bytes_ = CheckedAdd(offset, CheckedAdd(bytes, kAlignment - 1) / kAlignment * kAlignment);
  return offset;
}

void BodyPlan::PlaceMemory() {
  Reserve(body_.num_values() * sizeof(const std::byte*));
  inputs_offset_ = Reserve(most_inputs_ * sizeof(ConstTensorView));
  outputs_offset_ = Reserve(most_outputs_ * sizeof(TensorView));
  scratch_offset_ = Reserve(scratch_bytes_);
  for (const ir::Node& node : body_.nodes()) {
    for (const ir::ValueId output : node.outputs) {
      if (computed_[output.index]) offsets_[output.index] = Reserve(body_.value(output).type.bytes());
    }
  }
}

BodyPlan::Memory::Memory(const BodyPlan& plan, std::span<std::byte> bytes)
    : plan_(plan),
      bytes_(bytes),
      addresses_(reinterpret_cast<const std::byte**>(bytes.data()), plan.body_.num_values()) {
  STEPWELL_CHECK(bytes.size() >= plan.memory_bytes_);
  for (std::size_t value = 0; value < addresses_.size(); ++value) {
    addresses_[value] = plan.computed_[value] ? bytes.data() + plan.offsets_[value] : plan.constants_[value];
  }
}

void BodyPlan::Memory::SetInput(std::size_t input, const std::byte* address) {
  addresses_[plan_.body_.inputs()[input].value.index] = address;
}

const std::byte* BodyPlan::Memory::input(std::size_t index) const { return address(plan_.body_.inputs()[index].value); }

const std::byte* BodyPlan::Memory::output(std::size_t index) const {
  return address(plan_.body_.outputs()[index].value);
}

void BodyPlan::Memory::Run() {
  auto* inputs = reinterpret_cast<ConstTensorView*>(bytes_.data() + plan_.inputs_offset_);
  auto* outputs = reinterpret_cast<TensorView*>(bytes_.data() + plan_.outputs_offset_);
  for (const Step& step : plan_.steps_) {
    const ir::Node& node = *step.node;
    if (step.kernel == nullptr) {
      addresses_[node.outputs[0].index] = address(node.inputs[0]);
      continue;
    }
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
      std::construct_at(inputs + i, plan_.body_.value(node.inputs[i]).type, address(node.inputs[i]));
    }
    for (std::size_t i = 0; i < node.outputs.size(); ++i) {
      const ir::ValueId output = node.outputs[i];
      std::construct_at(outputs + i, plan_.body_.value(output).type, bytes_.data() + plan_.offsets_[output.index]);
    }
    step.kernel->Run({.inputs = {inputs, node.inputs.size()},
                      .outputs = {outputs, node.outputs.size()},
                      .scratch = bytes_.subspan(plan_.scratch_offset_, plan_.scratch_bytes_)});
  }
}

}  // namespace stepwell::ops::control
