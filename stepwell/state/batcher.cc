#include "stepwell/state/batcher.h"

#include <algorithm>

#include "stepwell/base/error.h"

namespace stepwell::state {
namespace {

// So many of the streams that are ready make a call. Larger calls are of few sizes, so that each size is planned once
// and its plan kept; the few streams left over are the most urgent ones of the next call.
std::size_t SizeOfCall(std::size_t ready) {
  constexpr std::size_t kAnySize = 32;
  constexpr std::size_t kGrain = 8;
  return ready <= kAnySize ? ready : ready / kGrain * kGrain;
}

}  // namespace

Batcher::Batcher(std::shared_ptr<const runtime::LoadedModel> model, std::shared_ptr<const StateLayout> layout,
                 BatcherOptions options)
    : model_(std::move(model)), layout_(std::move(layout)), options_(options) {
  Require(options_.most_streams > 0, ErrorKind::kInvalidArgument, "a call of a batcher takes at least one stream");
}

Batcher::~Batcher() {
  Stop();
  const auto closed = std::make_exception_ptr(Error(ErrorKind::kInvalidArgument, "the batcher was closed"));
  for (auto& [stream, queue] : queues_) {
    for (const Pending& pending : queue.steps) {
      if (pending.step.done) pending.step.done(closed);
    }
  }
}

Batcher::Form& Batcher::AddForm(const runtime::PlanRequest& request) {
  const std::scoped_lock running(running_);  // the stepper tries the workspace
  std::unique_ptr<Form> form(new Form(BatchStepper(model_, layout_, request, workspace_)));
  const std::scoped_lock lock(mutex_);
  return *forms_.emplace_back(std::move(form));
}

void Batcher::Submit(Step step) {
  STEPWELL_CHECK(step.form != nullptr && step.stream != nullptr);
  step.form->stepper_.RequireFit(step.stream->layout(), step.inputs, step.outputs);
  const Clock::time_point now = Clock::now();
  const Clock::time_point urgency = std::min(step.deadline, now + options_.most_wait);
  {
    const std::scoped_lock lock(mutex_);
    Queue& queue = queues_[step.stream];
    queue.steps.push_back({std::move(step), now, urgency});
  }
  changed_.notify_one();
}

void Batcher::Submit(StateStore::Lease lease, Step step) {
  step.stream = &*lease;
  auto held = std::make_shared<std::optional<StateStore::Lease>>(std::move(lease));
  step.done = [held, done = std::move(step.done)](std::exception_ptr failure) {
    held->reset();
    if (done) done(failure);
  };
  Submit(std::move(step));
}

std::future<void> Batcher::SubmitForFuture(Step step) {
  auto promise = std::make_shared<std::promise<void>>();
  std::future<void> future = promise->get_future();
  step.done = [promise](const std::exception_ptr& failure) {
    if (failure) {
      promise->set_exception(failure);
    } else {
      promise->set_value();
    }
  };
  Submit(std::move(step));
  return future;
}

std::size_t Batcher::RunOnce() {
  std::vector<Done> done;
  std::vector<std::exception_ptr> failures;
  {
    const std::scoped_lock running(running_);
    const std::vector<Pending*> call = TakeCall();
    failures.resize(call.size());
    Run(call, failures);
    done = Release(call);
  }
  for (std::size_t i = 0; i < done.size(); ++i) {
    if (done[i]) done[i](failures[i]);
  }
  return done.size();
}

std::vector<Batcher::Pending*> Batcher::TakeCall() {
  const std::scoped_lock lock(mutex_);
  std::vector<Pending*> ready;
  for (auto& [stream, queue] : queues_) {
    if (!queue.in_flight) ready.push_back(&queue.steps.front());
  }
  std::sort(ready.begin(), ready.end(), [](const Pending* a, const Pending* b) {
    return a->urgency != b->urgency ? a->urgency < b->urgency : a->submitted < b->submitted;
  });
  std::vector<Pending*> call;
  for (Pending* pending : ready) {
    if (call.empty() || pending->step.form == call[0]->step.form) call.push_back(pending);
  }
  call.resize(SizeOfCall(std::min(call.size(), options_.most_streams)));
  for (const Pending* pending : call) queues_[pending->step.stream].in_flight = true;
  return call;
}

void Batcher::Run(std::span<Pending* const> call, std::span<std::exception_ptr> failures) {
  if (call.empty()) return;
  std::vector<BatchStepper::Row> rows;
  for (const Pending* pending : call) {
    const Step& step = pending->step;
    rows.push_back({&step.stream->state_, step.inputs, step.outputs});
  }
  std::size_t begun = 0;
  try {
    for (; begun < call.size(); ++begun) call[begun]->step.stream->BeginStep();
    call[0]->step.form->stepper_.Step(rows, failures);
  } catch (...) {
    std::fill(failures.begin(), failures.end(), std::current_exception());
  }
  for (std::size_t i = 0; i < begun; ++i) {
    Stream& stream = *call[i]->step.stream;
    failures[i] ? stream.AbandonStep() : stream.FinishStep();
  }
}

std::vector<Batcher::Done> Batcher::Release(std::span<Pending* const> call) {
  std::vector<Done> done;
  const std::scoped_lock lock(mutex_);
  for (Pending* pending : call) {
    done.push_back(std::move(pending->step.done));
    const auto entry = queues_.find(pending->step.stream);
    entry->second.in_flight = false;
    entry->second.steps.pop_front();
    if (entry->second.steps.empty()) queues_.erase(entry);
  }
  return done;
}

void Batcher::Start() {
  if (worker_.joinable()) return;
  worker_ = std::thread([this] { Serve(); });
}

void Batcher::Stop() {
  if (!worker_.joinable()) return;
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  worker_.join();
  stopping_ = false;
}

void Batcher::Serve() {
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      while (!stopping_) {
        const std::optional<Clock::time_point> due = DueTime();
        if (due && *due <= Clock::now()) break;
        due ? static_cast<void>(changed_.wait_until(lock, *due)) : changed_.wait(lock);
      }
      if (stopping_) return;
    }
    RunOnce();
  }
}

std::optional<Batcher::Clock::time_point> Batcher::DueTime() const {
  std::optional<Clock::time_point> oldest;
  std::size_t ready = 0;
  for (const auto& [stream, queue] : queues_) {
    if (queue.in_flight) continue;
    ++ready;
    const Clock::time_point submitted = queue.steps.front().submitted;
    oldest = oldest ? std::min(*oldest, submitted) : submitted;
  }
  if (!oldest) return std::nullopt;
  return ready >= options_.most_streams ? *oldest : *oldest + options_.company_wait;
}

}  // namespace stepwell::state
