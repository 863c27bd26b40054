#include "stepwell/state/stepper.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "stepwell/base/error.h"
#include "stepwell/runtime/wanted_outputs.h"

namespace stepwell::state {
namespace {

using runtime::Plan;
using runtime::PlanRequest;

void CopyTensor(const ConstTensorView& from, const TensorView& to) {
  const std::size_t bytes = from.size_bytes();
  if (bytes > 0) std::memcpy(to.data, from.data, bytes);
}

bool Contains(std::span<const std::size_t> list, std::size_t value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

void RequireSameModel(const runtime::LoadedModel& model, const StateLayout& layout) {
  if (layout.model_fingerprint() == model.fingerprint()) return;
  throw Error(ErrorKind::kInvalidArgument, fmt::format("a stream of model '{}' cannot be stepped with model '{}'",
                                                       layout.model_name(), model.graph().name()));
}

// Gives the states their shapes and, where outputs are asked for by index, asks for the states' too if they can be
// computed.
PlanRequest WithStates(const runtime::LoadedModel& model, const StateLayout& layout, PlanRequest request) {
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

void RequireCount(std::string_view what, std::size_t expected, std::size_t found) {
  if (found == expected) return;
  throw Error(ErrorKind::kInvalidArgument,
              fmt::format("a call of this stream has {} {}s and was given {}", expected, what, found));
}

}  // namespace

Stepper::Stepper(const runtime::LoadedModel& model, std::shared_ptr<const StateLayout> layout, PlanRequest request)
    : layout_(std::move(layout)),
      session_((RequireSameModel(model, *layout_), model.PlanFor(WithStates(model, *layout_, request)))) {
  PlaceInputs();
  PlaceOutputs(request.outputs);
  input_views_.resize(plan().inputs().size());
  output_views_.resize(plan().outputs().size());
}

Stepper::Stepper(const runtime::LoadedModel& model, std::shared_ptr<const StateLayout> layout)
    : Stepper(model, std::move(layout), model.DefaultRequest()) {}

void Stepper::PlaceInputs() {
  for (const Plan::Port& port : plan().inputs()) {
    if (const auto slot = layout_->FindSlotOfInput(port.index)) {
      input_sources_.push_back({Source::Kind::kState, *slot});
    } else {
      input_sources_.push_back({Source::Kind::kCaller, inputs_.size()});
      inputs_.push_back(port);
    }
  }
}

void Stepper::PlaceOutputs(std::span<const std::size_t> wanted) {
  std::vector<bool> computed(layout_->slots().size());
  for (const Plan::Port& port : plan().outputs()) {
    const auto slot = layout_->FindSlotOfOutput(port.index);
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
    const std::size_t first = *layout_->FindSlotOfOutput(layout_->slots()[slot].output);
    if (!computed[first]) {
      carried_.push_back(slot);
    } else if (first != slot) {
      twins_.push_back({first, slot});
    }
  }
}

void Stepper::Step(State& state, std::span<const ConstTensorView> inputs, std::span<const TensorView> outputs,
                   std::span<std::chrono::nanoseconds> step_times) {
  RequireFit(state, inputs, outputs);
  for (std::size_t i = 0; i < input_sources_.size(); ++i) {
    const Source& source = input_sources_[i];
    input_views_[i] = source.kind == Source::Kind::kState ? state.Current(source.index) : inputs[source.index];
  }
  for (std::size_t i = 0; i < output_sources_.size(); ++i) {
    const Source& source = output_sources_[i];
    output_views_[i] = source.kind == Source::Kind::kState ? state.Next(source.index) : outputs[source.index];
  }
  if (step_times.empty()) {
    session_.Run(input_views_, output_views_);
  } else {
    session_.RunProfiled(input_views_, output_views_, step_times);
  }
  CompleteNextBank(state);
  for (const SlotCopy& copy : copied_out_) CopyTensor(state.Next(copy.from), outputs[copy.to]);
  state.Commit();
}

// The session checks the types of what it is given; the copies of states never get there.
void Stepper::RequireFit(const State& state, std::span<const ConstTensorView> inputs,
                         std::span<const TensorView> outputs) const {
  if (!state.layout().IsSameAs(*layout_)) {
    throw Error(ErrorKind::kInvalidArgument, "a stream of another model or batch cannot be stepped by this stepper");
  }
  RequireCount("input", inputs_.size(), inputs.size());
  RequireCount("output", outputs_.size(), outputs.size());
  for (const SlotCopy& copy : copied_out_) {
    if (outputs[copy.to].type == outputs_[copy.to].type) continue;
    throw Error(ErrorKind::kInvalidArgument,
                fmt::format("output '{}' is {} in this plan and was given as {}", outputs_[copy.to].name,
                            ToText(outputs_[copy.to].type), ToText(outputs[copy.to].type)));
  }
}

void Stepper::CompleteNextBank(State& state) const {
  for (const SlotCopy& copy : twins_) CopyTensor(state.Next(copy.from), state.Next(copy.to));
  for (const std::size_t slot : carried_) CopyTensor(state.Current(slot), state.Next(slot));
}

}  // namespace stepwell::state
