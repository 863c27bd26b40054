#pragma once

#include <cstdint>
#include <exception>
#include <list>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "stepwell/base/memory.h"
#include "stepwell/runtime/session.h"
#include "stepwell/state/axis_part.h"
#include "stepwell/state/stepper.h"

namespace stepwell::state {

// Steps any number of streams in one call of the model, each as if it were alone: the same bits, whoever its neighbours
// are. The kernels read and write the states where the streams have them, wherever they all know rows (ops::ConstRows);
// other states, the inputs and the outputs are copied. There is a plan for each number of streams that occurs (planning
// one takes about a millisecond, the packed weights are the model's); all plans compute in one workspace. A model whose
// batch is fixed, or whose streams would not be independent in a call, is stepped stream by stream. Not thread-safe.
class BatchStepper {
 public:
  // One stream of a call.
  struct Row {
    State* state = nullptr;
    std::span<const ConstTensorView> inputs;  // as for Stepper::Step
    std::span<const TensorView> outputs;
  };

  // `layout` and `request` are those of one stream, as for Stepper. Tries out whether streams are independent: computes
  // two steps of random streams alone and together. Throws Error as Stepper does.
  BatchStepper(std::shared_ptr<const runtime::LoadedModel> model, std::shared_ptr<const StateLayout> layout,
               runtime::PlanRequest request,
               std::shared_ptr<runtime::Workspace> workspace = std::make_shared<runtime::Workspace>());

  // What one stream brings and takes; see Stepper.
  std::span<const runtime::Plan::Port> inputs() const { return lone_.inputs(); }
  std::span<const runtime::Plan::Port> outputs() const { return lone_.outputs(); }
  // Whether streams are stepped in one call.
  bool steps_together() const { return output_parts_.has_value(); }
  // Throws Error(kInvalidArgument) unless a step of a stream of that layout fits.
  void RequireFit(const StateLayout& layout, std::span<const ConstTensorView> inputs,
                  std::span<const TensorView> outputs) const;

  // Computes one step of each row, whose states are different ones, and commits those that succeed. `failures`: by row,
  // null on success, else what was thrown; that row's state is as it was, the others are not affected. Throws
  // Error(kInvalidArgument) before anything is computed when a row does not fit. Allocates nothing for a number of
  // streams that occurred lately.
  void Step(std::span<const Row> rows, std::span<std::exception_ptr> failures);
  // Plans a call of so many streams now.
  void Prepare(std::size_t streams);

 private:
  // The plan for a number of streams.
  struct Batch {
    std::size_t streams;
    runtime::Session session;
  };
  // What a port of the plan is given: one tensor in buffers_, or the rows where they are.
  template <class View, class Rows, class Pointer>
  struct Arguments {
    std::vector<View> views;                     // by port
    std::vector<Rows> rows;                      // by port
    std::vector<std::vector<Pointer>> pointers;  // by port, what `rows` shows
    std::vector<AlignedBuffer> buffers;          // by port

    explicit Arguments(std::size_t ports) : views(ports), rows(ports), pointers(ports), buffers(ports) {}
    std::byte* Buffer(std::size_t port, std::size_t bytes);
  };

  std::optional<runtime::PlanRequest> RequestFor(std::size_t streams) const;
  Batch& BatchFor(std::size_t streams);
  // The caller's parts of the outputs where two streams can be stepped together; else nothing.
  std::optional<std::vector<AxisPart>> FindOutputParts() const;
  bool IsIndependent();

  void StepTogether(std::span<const Row> rows);
  void StepAlone(const Row& row, std::exception_ptr& failure);
  void BindInput(std::size_t port, const runtime::Plan::Port& type, std::span<const Row> rows);
  void BindOutput(std::size_t port, const runtime::Plan::Port& type, std::span<const Row> rows);
  void TakeOutput(std::size_t port, std::span<const Row> rows);

  std::shared_ptr<const runtime::LoadedModel> model_;
  std::shared_ptr<const StateLayout> layout_;
  runtime::PlanRequest request_;  // of one stream, states included
  Stepper lone_;
  CallPorts ports_;
  std::shared_ptr<runtime::Workspace> workspace_;
  std::list<Batch> batches_;  // the one used last first
  Arguments<ConstTensorView, ops::ConstRows, const std::byte*> in_;
  Arguments<TensorView, ops::Rows, std::byte*> out_;
  std::optional<std::vector<AxisPart>> output_parts_;  // by output of the caller
};

}  // namespace stepwell::state
