#pragma once

#include <chrono>
#include <memory>
#include <span>
#include <vector>

#include "stepwell/runtime/loaded_model.h"
#include "stepwell/runtime/session.h"
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
  std::span<const runtime::Plan::Port> inputs() const { return inputs_; }
  std::span<const runtime::Plan::Port> outputs() const { return outputs_; }

  // Computes one call and commits it. `inputs` and `outputs` as above, with exactly their types; the caller owns both.
  // When it throws, the state is as it was. Allocates nothing. `step_times`: as for Session::RunProfiled, or empty.
  // Throws Error(kInvalidArgument) where number, type or layout differ.
  void Step(State& state, std::span<const ConstTensorView> inputs, std::span<const TensorView> outputs,
            std::span<std::chrono::nanoseconds> step_times = {});

 private:
  // Where a port of the plan gets its memory from at each call.
  struct Source {
    enum class Kind : std::uint8_t { kCaller, kState };
    Kind kind = Kind::kCaller;
    std::size_t index = 0;  // into the caller's views, or of the slot
  };

  struct SlotCopy {
    std::size_t from = 0;
    std::size_t to = 0;
  };

  void PlaceInputs();
  void PlaceOutputs(std::span<const std::size_t> wanted);
  void RequireFit(const State& state, std::span<const ConstTensorView> inputs,
                  std::span<const TensorView> outputs) const;
  // What the plan does not write of the next bank.
  void CompleteNextBank(State& state) const;

  std::shared_ptr<const StateLayout> layout_;
  runtime::Session session_;
  std::vector<runtime::Plan::Port> inputs_;
  std::vector<runtime::Plan::Port> outputs_;
  std::vector<Source> input_sources_;   // by port of the plan
  std::vector<Source> output_sources_;  // by port of the plan
  std::vector<std::size_t> carried_;    // slots that the plan does not compute
  std::vector<SlotCopy> twins_;         // slots that share an output: from the slot that is computed to the other
  std::vector<SlotCopy> copied_out_;    // from the next bank's slot to the caller's output
  std::vector<ConstTensorView> input_views_;
  std::vector<TensorView> output_views_;
};

}  // namespace stepwell::state
