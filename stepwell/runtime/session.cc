#include "stepwell/runtime/session.h"

#include <fmt/format.h>

#include <cstring>

#include "stepwell/runtime/require_ports.h"

namespace stepwell::runtime {
namespace {

using Home = Plan::Place::Home;

template <class RowsOfPort>
void RequireRows(std::span<const Plan::Port> ports, std::span<const RowsOfPort> rows) {
  STEPWELL_CHECK(rows.empty() || rows.size() == ports.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i].empty()) continue;
    STEPWELL_CHECK(ports[i].may_be_rows && std::ssize(rows[i]) == ports[i].type.shape[0]);
  }
}

}  // namespace

Session::Session(std::shared_ptr<const Plan> plan) : Session(std::move(plan), std::make_shared<Workspace>()) {}

Session::Session(std::shared_ptr<const Plan> plan, std::shared_ptr<Workspace> workspace)
    : plan_(std::move(plan)), workspace_(std::move(workspace)) {
  workspace_->Reserve(plan_->arena_bytes(), plan_->scratch_bytes());
  for (const Plan::Step& step : plan_->steps()) {
    view_begin_.push_back(views_.size());
    result_begin_.push_back(results_.size());
    for (const Plan::Argument& input : step.inputs) AddView(input);
    for (const Plan::Argument& output : step.outputs) AddResult(output);
  }
  view_begin_.push_back(views_.size());
  for (const Plan::Copy& copy : plan_->copies()) AddView(copy.from);
  view_rows_.resize(views_.size());
  result_rows_.resize(results_.size());
  BindArena();
}

void Session::Run(std::span<const ConstTensorView> inputs, std::span<const TensorView> outputs, const RowLists& rows) {
  Bind(inputs, outputs, rows);
  for (std::size_t step = 0; step < plan_->steps().size(); ++step) RunStep(step);
  CopyOutputs(outputs);
}

void Session::RunProfiled(std::span<const ConstTensorView> inputs, std::span<const TensorView> outputs,
                          std::span<std::chrono::nanoseconds> step_times) {
  STEPWELL_CHECK(step_times.size() == plan_->steps().size());
  Bind(inputs, outputs, {});
  for (std::size_t step = 0; step < step_times.size(); ++step) {
    const auto start = std::chrono::steady_clock::now();
    RunStep(step);
    step_times[step] += std::chrono::steady_clock::now() - start;
  }
  CopyOutputs(outputs);
}

void Session::AddView(const Plan::Argument& argument) {
  const Plan::Place& place = argument.place;
  if (place.home == Home::kInput || place.home == Home::kOutput) view_bindings_.push_back({views_.size(), place});
  if (place.home == Home::kArena) arena_views_.push_back({views_.size(), place});
  views_.emplace_back(argument.type,
                      place.home == Home::kConstant ? plan_->constants()[place.index].view.data : nullptr);
}

void Session::AddResult(const Plan::Argument& argument) {
  if (argument.place.home == Home::kOutput) result_bindings_.push_back({results_.size(), argument.place});
  if (argument.place.home == Home::kArena) arena_results_.push_back({results_.size(), argument.place});
  results_.emplace_back(argument.type, nullptr);
}

void Session::BindArena() {
  std::byte* arena = workspace_->arena();
  for (const Binding& binding : arena_views_) views_[binding.slot].data = arena + binding.place.index;
  for (const Binding& binding : arena_results_) results_[binding.slot].data = arena + binding.place.index;
  bound_arena_ = arena;
}

void Session::BindRows(const RowLists& rows) {
  for (const Binding& binding : view_bindings_) {
    const std::size_t port = binding.place.index;
    if (binding.place.home == Home::kInput) {
      view_rows_[binding.slot] = rows.inputs.empty() ? ops::ConstRows() : rows.inputs[port];
    } else {
      const ops::Rows given = rows.outputs.empty() ? ops::Rows() : rows.outputs[port];
      view_rows_[binding.slot] = {given.data(), given.size()};
    }
  }
  for (const Binding& binding : result_bindings_) {
    result_rows_[binding.slot] = rows.outputs.empty() ? ops::Rows() : rows.outputs[binding.place.index];
  }
}

void Session::Bind(std::span<const ConstTensorView> inputs, std::span<const TensorView> outputs, const RowLists& rows) {
  RequirePorts("the plan", "input", plan_->inputs(), inputs);
  RequirePorts("the plan", "output", plan_->outputs(), outputs);
  RequireRows(plan_->inputs(), rows.inputs);
  RequireRows(plan_->outputs(), rows.outputs);
  if (workspace_->arena() != bound_arena_) BindArena();
  BindRows(rows);
  for (const Binding& binding : view_bindings_) {
    const bool is_input = binding.place.home == Home::kInput;
    views_[binding.slot].data = is_input ? inputs[binding.place.index].data : outputs[binding.place.index].data;
  }
  for (const Binding& binding : result_bindings_) results_[binding.slot].data = outputs[binding.place.index].data;
}

void Session::RunStep(std::size_t step) {
  const Plan::Step& planned = plan_->steps()[step];
  While([&] { return fmt::format("running node '{}' ({})", planned.node, planned.op); },
        [&] {
          const std::size_t inputs = planned.inputs.size();
          const std::size_t outputs = planned.outputs.size();
          planned.kernel->Run({.inputs = std::span(views_).subspan(view_begin_[step], inputs),
                               .outputs = std::span(results_).subspan(result_begin_[step], outputs),
                               .scratch = workspace_->scratch(),
                               .input_rows = std::span(view_rows_).subspan(view_begin_[step], inputs),
                               .output_rows = std::span(result_rows_).subspan(result_begin_[step], outputs)});
        });
}

void Session::CopyOutputs(std::span<const TensorView> outputs) const {
  for (std::size_t i = 0; i < plan_->copies().size(); ++i) {
    const ConstTensorView& from = views_[view_begin_.back() + i];
    const TensorView& to = outputs[plan_->copies()[i].output];
    const std::size_t bytes = to.size_bytes();
    if (bytes > 0) std::memcpy(to.data, from.data, bytes);
  }
}

}  // namespace stepwell::runtime
