#include "stepwell/apps/cli/bench_calls.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <random>

#include "stepwell/base/parallel.h"
#include "stepwell/ir/roles.h"
#include "stepwell/state/stepper.h"
#include "stepwell/state/stream.h"

namespace stepwell::cli {
namespace {

using Clock = std::chrono::steady_clock;
using Nanoseconds = std::chrono::nanoseconds;

constexpr double kMeasuredSeconds = 5;
constexpr int kFewestCalls = 20;
constexpr int kMostCalls = 2000;
constexpr std::uint64_t kSeed = 1;

double MillisecondsOf(Clock::duration duration) { return std::chrono::duration<double, std::milli>(duration).count(); }

bool IsPartOfAStep(const ir::Graph& graph, const ir::Input& input) {
  const auto& roles = graph.roles();
  const auto samples = roles.find(std::string(ir::kRoleSamples));
  return !roles.contains(std::string(ir::kRoleFeatures)) || samples == roles.end() || samples->second != input.name;
}

class Bench {
 public:
  Bench(const runtime::LoadedModel& model, const BenchRequest& request)
      : request_(request),
        layout_(state::StateLayout::Make(model, request.shape.batch)),
        stepper_(model, layout_, Request(model)),
        stream_(layout_),
        step_times_(request.split == BenchRequest::Split::kByOp ? stepper_.plan().steps().size() : 0) {
    const ir::Graph& graph = model.graph();
    frames_ = verify::FramesOf(graph, request.shape);
    std::mt19937_64 random(kSeed);
    for (const runtime::Plan::Port& port : stepper_.inputs()) {
      tensors_.push_back(verify::FullInput(graph, graph.inputs()[port.index], port.type.shape, frames_, random));
    }
    for (const runtime::Plan::Port& port : stepper_.outputs()) outputs_.emplace_back(port.type);
  }

  BenchResult Run(const std::function<void(double)>& progress) {
    for (int call = 0; call < request_.warm_up; ++call) Call();
    std::fill(step_times_.begin(), step_times_.end(), Nanoseconds(0));
    std::vector<double> milliseconds;
    const Clock::time_point started = Clock::now();
    while (!IsEnough(milliseconds.size(), started)) {
      milliseconds.push_back(Call());
      progress(Done(milliseconds.size(), started));
    }
    BenchResult result;
    result.latency = LatencySummary::Of(std::move(milliseconds));
    result.batch = request_.shape.batch.value_or(DefaultBatch());
    result.frames = frames_;
    result.threads = WorkerTeam::Shared().num_threads();
    result.nodes = NodeTimes(result.latency.calls);
    result.ops = OpTimes(result.nodes);
    return result;
  }

 private:
  runtime::PlanRequest Request(const runtime::LoadedModel& model) const {
    runtime::PlanRequest request = StepRequest(model.graph(), request_.shape);
    if (request_.no_fusion) request.options.fusion = runtime::Fusion::kOff;
    return request;
  }

  double Call() {
    std::vector<ConstTensorView> inputs;
    for (const Tensor& tensor : tensors_) inputs.push_back(tensor.view());
    std::vector<TensorView> outputs;
    for (Tensor& tensor : outputs_) outputs.push_back(tensor.view());
    const Clock::time_point started = Clock::now();
    stream_.Step(stepper_, inputs, outputs, step_times_);
    return MillisecondsOf(Clock::now() - started);
  }

  bool IsEnough(std::size_t calls, Clock::time_point started) const {
    const int done = static_cast<int>(calls);
    if (request_.repeat > 0) return done >= request_.repeat;
    return done >= kMostCalls ||
           (done >= kFewestCalls && MillisecondsOf(Clock::now() - started) >= 1e3 * kMeasuredSeconds);
  }

  double Done(std::size_t calls, Clock::time_point started) const {
    if (request_.repeat > 0) return static_cast<double>(calls) / request_.repeat;
    return std::min(MillisecondsOf(Clock::now() - started) / (1e3 * kMeasuredSeconds), 1.0);
  }

  // The rows of the first state, which are the streams of a call; 1 for a model without states.
  std::int64_t DefaultBatch() const {
    if (layout_->slots().empty() || layout_->slots()[0].type.shape.rank() == 0) return 1;
    return layout_->slots()[0].type.shape[0];
  }

  std::vector<NodeTime> NodeTimes(std::size_t calls) const {
    std::vector<NodeTime> times;
    for (std::size_t i = 0; i < step_times_.size(); ++i) {
      const runtime::Plan::Step& step = stepper_.plan().steps()[i];
      times.push_back({step.node, step.op, MillisecondsOf(step_times_[i]) / static_cast<double>(calls)});
    }
    return times;
  }

  static std::vector<OpTime> OpTimes(const std::vector<NodeTime>& nodes) {
    std::map<std::string, OpTime> by_op;
    double all_ms = 0;
    for (const NodeTime& node : nodes) {
      OpTime& time = by_op[node.op];
      time.op = node.op;
      ++time.nodes;
      time.mean_ms += node.mean_ms;
      all_ms += node.mean_ms;
    }
    std::vector<OpTime> times;
    for (auto& [op, time] : by_op) {
      time.share = all_ms > 0 ? time.mean_ms / all_ms : 0;
      times.push_back(std::move(time));
    }
    std::sort(times.begin(), times.end(), [](const OpTime& a, const OpTime& b) { return a.mean_ms > b.mean_ms; });
    return times;
  }

  BenchRequest request_;
  std::shared_ptr<const state::StateLayout> layout_;
  state::Stepper stepper_;
  state::Stream stream_;
  std::vector<Nanoseconds> step_times_;
  std::int64_t frames_ = 1;
  std::vector<Tensor> tensors_;
  std::vector<Tensor> outputs_;
};

}  // namespace

runtime::PlanRequest StepRequest(const ir::Graph& graph, const verify::CallShape& shape) {
  runtime::PlanRequest request;
  for (const ir::Input& input : graph.inputs()) {
    request.input_shapes.emplace_back();
    if (IsPartOfAStep(graph, input)) request.input_shapes.back() = verify::ShapeInCall(graph, input, shape);
  }
  return request;
}

BenchResult BenchCalls(const runtime::LoadedModel& model, const BenchRequest& request,
                       const std::function<void(double)>& progress) {
  return Bench(model, request).Run(progress);
}

}  // namespace stepwell::cli
