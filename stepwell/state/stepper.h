#pragma once

#include <chrono>
#include <memory>
#include <span>
#include <vector>

#include "stepwell/runtime/loaded_model.h"
#include "stepwell/runtime/session.h"
#include "stepwell/state/call_ports.h"
#include "stepwell/state/state.h"

namespace stepwell::state {

// Runs one plan of a model on any number of streams, one after the other: feeds the current bank of a state, lets the
// plan write the next one. This is the only place where the recurrent loop is closed. The scratch memory of one thread:
// not thread-safe; each thread has its own, all share the plan.
class Stepper {
 public:
  // The plan for the request, where the shapes of state inputs are the layout's whatever the request says, and the
  // state outputs that can be computed are added to those asked for. A state whose output is not computed stays.
  // Throws Error as LoadedModel::PlanFor does, and kInvalidArgument when the layout is another model's.
  Stepper(const runtime::LoadedModel& model, std::shared_ptr<const StateLayout> layout, runtime::PlanRequest request);
  // All inputs at their default shapes and all outputs.
  Stepper(const runtime::LoadedModel& model, std::shared_ptr<const StateLayout> layout);

  const runtime::Plan& plan() const { return session_.plan(); }
  // What Step takes and gives: the plan's inputs and outputs without those of the states. `outputs`: those of states
  // too where the request asked for them by index.
  std::span<const runtime::Plan::Port> inputs() const { return ports_.inputs(); }
  std::span<const runtime::Plan::Port> outputs() const { return ports_.outputs(); }

  // Computes one call and commits it. `inputs` and `outputs` as above, with exactly their types; the caller owns both.
  // When it throws, the state is as it was. Allocates nothing. `step_times`: as for Session::RunProfiled, or empty.
  // Throws Error(kInvalidArgument) where number, type or layout differ.
  void Step(State& state, std::span<const ConstTensorView> inputs, std::span<const TensorView> outputs,
            std::span<std::chrono::nanoseconds> step_times = {});

 private:
  std::shared_ptr<const StateLayout> layout_;
  runtime::Session session_;
  CallPorts ports_;
  std::vector<ConstTensorView> input_views_;
  std::vector<TensorView> output_views_;
};

}  // namespace stepwell::state
