#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "stepwell/runtime/plan.h"
#include "stepwell/state/state.h"

namespace stepwell::state {

// Which ports of a plan are states, which are the caller's, and what of a state no kernel writes: how the recurrent
// loop is closed around a call. Immutable.
class CallPorts {
 public:
  // Where a port of the plan gets its memory from at each call.
  struct Source {
    enum class Kind : std::uint8_t { kCaller, kState };
    Kind kind = Kind::kCaller;
    std::size_t index = 0;  // into the caller's views, or of the slot
  };

  // `wanted`: the outputs that the caller asked for by index, or none; states among them are given to him too.
  CallPorts(const StateLayout& layout, const runtime::Plan& plan, std::span<const std::size_t> wanted);

  // What the caller brings and takes: the plan's ports without those of states, but with the states that he asked for.
  std::span<const runtime::Plan::Port> inputs() const { return inputs_; }
  std::span<const runtime::Plan::Port> outputs() const { return outputs_; }
  // By port of the plan.
  std::span<const Source> input_sources() const { return input_sources_; }
  std::span<const Source> output_sources() const { return output_sources_; }

  // Throws Error(kInvalidArgument) unless there is a view of the right type for each of the caller's ports.
  void RequireFit(std::span<const ConstTensorView> inputs, std::span<const TensorView> outputs) const;
  // After the plan has run: fills what it does not write of the next bank, and gives the caller the states he asked
  // for. The state is not committed.
  void Complete(State& state, std::span<const TensorView> outputs) const;

 private:
  struct SlotCopy {
    std::size_t from = 0;
    std::size_t to = 0;
  };

  void PlaceInputs(const StateLayout& layout, const runtime::Plan& plan);
  void PlaceOutputs(const StateLayout& layout, const runtime::Plan& plan, std::span<const std::size_t> wanted);

  std::vector<runtime::Plan::Port> inputs_;
  std::vector<runtime::Plan::Port> outputs_;
  std::vector<Source> input_sources_;
  std::vector<Source> output_sources_;
  std::vector<std::size_t> carried_;  // slots that the plan does not compute
  std::vector<SlotCopy> twins_;       // slots that share an output: from the slot that is computed to the other
  std::vector<SlotCopy> copied_out_;  // from the next bank's slot to the caller's output
};

// The request with the states' shapes, and where outputs are asked for by index, with the states' that can be computed.
runtime::PlanRequest WithStates(const runtime::LoadedModel& model, const StateLayout& layout,
                                runtime::PlanRequest request);

// Throws Error(kInvalidArgument) when the layout is another model's.
void RequireSameModel(const runtime::LoadedModel& model, const StateLayout& layout);

}  // namespace stepwell::state
