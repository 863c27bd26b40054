#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <thread>
#include <unordered_map>
#include <vector>

#include "stepwell/state/batch_stepper.h"
#include "stepwell/state/state_store.h"

namespace stepwell::state {

struct BatcherOptions {
  // Streams in one call of the model, at most.
  std::size_t most_streams = 256;
  // How long the worker lets a step wait for company while a call has room. A call never waits for streams that are
  // not ready once it is full.
  std::chrono::nanoseconds company_wait{0};
  // A step that has waited so long goes before every step that has not, whatever their deadlines: none waits for ever.
  std::chrono::nanoseconds most_wait = std::chrono::milliseconds(100);
};

// Steps many streams of one model, those that are ready together (cellular batching: a stream joins and leaves at any
// step), with the results that each gets alone (BatchStepper). Steps of one stream run one after the other in the order
// in which they were submitted; of different streams, those with the earliest deadlines first.
// Thread-safe. Calls of the model are made by the worker, after Start(), or by whoever calls RunOnce(): one at a time,
// each on the process's team of threads.
class Batcher {
 public:
  using Clock = std::chrono::steady_clock;
  // Told, in the thread that made the call and under no lock, that a step is done: null, or why it failed; then its
  // stream is as it was. May submit, must not throw.
  using Done = std::function<void(std::exception_ptr failure)>;

  // Calls of one shape: a number of frames, which inputs, which outputs.
  class Form {
   public:
    // What one stream brings and takes; see Stepper.
    std::span<const runtime::Plan::Port> inputs() const { return stepper_.inputs(); }
    std::span<const runtime::Plan::Port> outputs() const { return stepper_.outputs(); }
    // Whether streams share calls. If not, they are stepped one after the other.
    bool steps_together() const { return stepper_.steps_together(); }

   private:
    friend class Batcher;
    explicit Form(BatchStepper stepper) : stepper_(std::move(stepper)) {}
    BatchStepper stepper_;
  };

  // From Submit until `done` was called, the stream and the memory that the views show belong to the batcher.
  struct Step {
    Form* form = nullptr;
    Stream* stream = nullptr;
    std::vector<ConstTensorView> inputs;  // by form->inputs()
    std::vector<TensorView> outputs;      // by form->outputs()
    Clock::time_point deadline = Clock::time_point::max();
    Done done = {};
  };

  // `layout`: that of every stream.
  Batcher(std::shared_ptr<const runtime::LoadedModel> model, std::shared_ptr<const StateLayout> layout,
          BatcherOptions options = {});
  Batcher(const Batcher&) = delete;
  Batcher& operator=(const Batcher&) = delete;
  // Steps that have not run fail. No other thread may be using the batcher.
  ~Batcher();

  // `request`: of one stream, as for Stepper. The form lives as long as the batcher. Throws as BatchStepper does.
  Form& AddForm(const runtime::PlanRequest& request);

  // Throws Error(kInvalidArgument) when the step does not fit its form; `done` is not called then.
  void Submit(Step step);
  // The same for a stream of a store, which is given back just before `done` is called. `step.stream` is set here.
  void Submit(StateStore::Lease lease, Step step);
  // The same; the future gives the failure, in place of `step.done`.
  std::future<void> SubmitForFuture(Step step);

  // Makes one call with the steps that are ready now, at most most_streams; waits for none. Of more than 32 it takes a
  // multiple of 8, the most urgent. Returns how many steps it made: 0 where none was ready.
  std::size_t RunOnce();
  // Starts a thread that makes calls until Stop().
  void Start();
  // Ends the worker after the call that it is making. Steps that have not run stay.
  void Stop();

 private:
  struct Pending {
    Step step;
    Clock::time_point submitted;
    Clock::time_point urgency;  // the deadline, or when it has waited for long enough
  };
  struct Queue {
    std::deque<Pending> steps;
    bool in_flight = false;  // the first one is being run
  };

  std::vector<Pending*> TakeCall();
  void Run(std::span<Pending* const> call, std::span<std::exception_ptr> failures);
  std::vector<Done> Release(std::span<Pending* const> call);
  void Serve();
  // When the steps that are ready should be run; nothing while none is. Needs the lock.
  std::optional<Clock::time_point> DueTime() const;

  const std::shared_ptr<const runtime::LoadedModel> model_;
  const std::shared_ptr<const StateLayout> layout_;
  const BatcherOptions options_;
  const std::shared_ptr<runtime::Workspace> workspace_ = std::make_shared<runtime::Workspace>();

  std::mutex running_;  // held while the model is called; before mutex_ where both are
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::unique_ptr<Form>> forms_;
  std::unordered_map<const Stream*, Queue> queues_;  // none is empty
  bool stopping_ = false;
  std::thread worker_;
};

}  // namespace stepwell::state
