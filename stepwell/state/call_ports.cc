#include "stepwell/state/call_ports.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "stepwell/base/error.h"
#include "stepwell/runtime/require_ports.h"
#include "stepwell/runtime/wanted_outputs.h"

namespace stepwell::state {
namespace {

using runtime::Plan;

void CopyTensor(const ConstTensorView& from, const TensorView& to) {
  const std::size_t bytes = from.size_bytes();
  if (bytes > 0) std::memcpy(to.data, from.data, bytes);
}

bool Contains(std::span<const std::size_t> list, std::size_t value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

}  // namespace

CallPorts::CallPorts(const StateLayout& layout, const Plan& plan, std::span<const std::size_t> wanted) {
  PlaceInputs(layout, plan);
  PlaceOutputs(layout, plan, wanted);
}

void CallPorts::PlaceInputs(const StateLayout& layout, const Plan& plan) {
  for (const Plan::Port& port : plan.inputs()) {
    if (const auto slot = layout.FindSlotOfInput(port.index)) {
      input_sources_.push_back({Source::Kind::kState, *slot});
    } else {
      input_sources_.push_back({Source::Kind::kCaller, inputs_.size()});
      inputs_.push_back(port);
    }
  }
}

void CallPorts::PlaceOutputs(const StateLayout& layout, const Plan& plan, std::span<const std::size_t> wanted) {
  std::vector<bool> computed(layout.slots().size());
  for (const Plan::Port& port : plan.outputs()) {
    const auto slot = layout.FindSlotOfOutput(port.index);
    if (!slot) {
      output_sources_.push_back({Source::Kind::kCaller, outputs_.size()});
      outputs_.push_back(port);
      continue;
    }
    output_sources_.push_back({Source::Kind::kState, *slot});
    computed[*slot] = true;
    if (!Contains(wanted, port.index)) continue;
    copied_out_.push_back({*slot, outputs_.size()});
    outputs_.push_back(port);
  }
  for (std::size_t slot = 0; slot < computed.size(); ++slot) {
    const std::size_t first = *layout.FindSlotOfOutput(layout.slots()[slot].output);
    if (!computed[first]) {
      carried_.push_back(slot);
    } else if (first != slot) {
      twins_.push_back({first, slot});
    }
  }
}

void CallPorts::RequireFit(std::span<const ConstTensorView> inputs, std::span<const TensorView> outputs) const {
  runtime::RequirePorts("a call of this stream", "input", inputs_, inputs);
  runtime::RequirePorts("a call of this stream", "output", outputs_, outputs);
}

void CallPorts::Complete(State& state, std::span<const TensorView> outputs) const {
  for (const SlotCopy& copy : twins_) CopyTensor(state.Next(copy.from), state.Next(copy.to));
  for (const std::size_t slot : carried_) CopyTensor(state.Current(slot), state.Next(slot));
  for (const SlotCopy& copy : copied_out_) CopyTensor(state.Next(copy.from), outputs[copy.to]);
}

runtime::PlanRequest WithStates(const runtime::LoadedModel& model, const StateLayout& layout,
                                runtime::PlanRequest request) {
  request.input_shapes.resize(model.graph().inputs().size());
  for (const StateLayout::Slot& slot : layout.slots()) request.input_shapes[slot.input] = slot.type.shape;
  if (request.outputs.empty()) return request;
  const std::vector<std::size_t> possible =
      runtime::FindWantedOutputs(model.graph(), {request.input_shapes, {}, request.options}).outputs;
  for (const StateLayout::Slot& slot : layout.slots()) {
    if (Contains(possible, slot.output) && !Contains(request.outputs, slot.output)) {
      request.outputs.push_back(slot.output);
    }
  }
  return request;
}

void RequireSameModel(const runtime::LoadedModel& model, const StateLayout& layout) {
  if (layout.model_fingerprint() == model.fingerprint()) return;
  throw Error(ErrorKind::kInvalidArgument, fmt::format("a stream of model '{}' cannot be stepped with model '{}'",
                                                       layout.model_name(), model.graph().name()));
}

}  // namespace stepwell::state
