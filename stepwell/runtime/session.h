#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "stepwell/base/memory.h"
#include "stepwell/runtime/plan.h"
#include "stepwell/runtime/workspace.h"

namespace stepwell::runtime {

// Inputs and outputs that lie in rows, for ports that may; see ops::ConstRows. By port of the plan, or none at all.
// Such a port's view has null data.
struct RowLists {
  std::span<const ops::ConstRows> inputs;
  std::span<const ops::Rows> outputs;
};

// The scratch memory of one thread that runs one plan. Run is a function of its inputs: a session remembers nothing
// between two calls. Not thread safe; any number of sessions may share a plan.
class Session {
 public:
  explicit Session(std::shared_ptr<const Plan> plan);
  // Shares a workspace with other sessions, of which only one runs at a time.
  Session(std::shared_ptr<const Plan> plan, std::shared_ptr<Workspace> workspace);

  const Plan& plan() const { return *plan_; }
  // For another session.
  const std::shared_ptr<const Plan>& shared_plan() const { return plan_; }

  // `inputs` and `outputs` in the order of plan().inputs() and plan().outputs(), with exactly their types; the caller
  // owns both. Outputs overlap neither inputs nor each other. Throws Error(kInvalidArgument) where number or type
  // differ, before anything is written. Allocates nothing.
  void Run(std::span<const ConstTensorView> inputs, std::span<const TensorView> outputs, const RowLists& rows = {});
  // The same; adds the time of each of plan().steps() to `step_times`, which has as many elements.
  void RunProfiled(std::span<const ConstTensorView> inputs, std::span<const TensorView> outputs,
                   std::span<std::chrono::nanoseconds> step_times);

 private:
  // An argument that lies with the caller, bound anew at every run; or in the arena.
  struct Binding {
    std::size_t slot = 0;  // into views_ or results_
    Plan::Place place;
  };

  void AddView(const Plan::Argument& argument);
  void AddResult(const Plan::Argument& argument);
  void Bind(std::span<const ConstTensorView> inputs, std::span<const TensorView> outputs, const RowLists& rows);
  void BindRows(const RowLists& rows);
  // The workspace has moved since it was looked at last.
  void BindArena();
  void RunStep(std::size_t step);
  void CopyOutputs(std::span<const TensorView> outputs) const;

  std::shared_ptr<const Plan> plan_;
  std::shared_ptr<Workspace> workspace_;
  const std::byte* bound_arena_ = nullptr;
  std::vector<ConstTensorView> views_;     // the inputs of all steps, then the sources of the copies
  std::vector<TensorView> results_;        // the outputs of all steps
  std::vector<ops::ConstRows> view_rows_;  // of views_
  std::vector<ops::Rows> result_rows_;     // of results_
  std::vector<std::size_t> view_begin_;    // by step, then of the copies
  std::vector<std::size_t> result_begin_;  // by step
  std::vector<Binding> view_bindings_;
  std::vector<Binding> result_bindings_;
  std::vector<Binding> arena_views_;
  std::vector<Binding> arena_results_;
};

}  // namespace stepwell::runtime
