#include "stepwell/state/stepper.h"

#include "stepwell/base/error.h"

namespace stepwell::state {

using runtime::PlanRequest;

Stepper::Stepper(const runtime::LoadedModel& model, std::shared_ptr<const StateLayout> layout, PlanRequest request)
    : layout_(std::move(layout)),
      session_((RequireSameModel(model, *layout_), model.PlanFor(WithStates(model, *layout_, request)))),
      ports_(*layout_, session_.plan(), request.outputs),
      input_views_(plan().inputs().size()),
      output_views_(plan().outputs().size()) {}

Stepper::Stepper(const runtime::LoadedModel& model, std::shared_ptr<const StateLayout> layout)
    : Stepper(model, std::move(layout), model.DefaultRequest()) {}

void Stepper::Step(State& state, std::span<const ConstTensorView> inputs, std::span<const TensorView> outputs,
                   std::span<std::chrono::nanoseconds> step_times) {
  Require(state.layout().IsSameAs(*layout_), ErrorKind::kInvalidArgument,
          "a stream of another model or batch cannot be stepped by this stepper");
  ports_.RequireFit(inputs, outputs);
  for (std::size_t i = 0; i < input_views_.size(); ++i) {
    const CallPorts::Source& source = ports_.input_sources()[i];
    const bool is_state = source.kind == CallPorts::Source::Kind::kState;
    input_views_[i] = is_state ? state.Current(source.index) : inputs[source.index];
  }
  for (std::size_t i = 0; i < output_views_.size(); ++i) {
    const CallPorts::Source& source = ports_.output_sources()[i];
    const bool is_state = source.kind == CallPorts::Source::Kind::kState;
    output_views_[i] = is_state ? state.Next(source.index) : outputs[source.index];
  }
  if (step_times.empty()) {
    session_.Run(input_views_, output_views_);
  } else {
    session_.RunProfiled(input_views_, output_views_, step_times);
  }
  ports_.Complete(state, outputs);
  state.Commit();
}

}  // namespace stepwell::state
