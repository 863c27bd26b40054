#include "stepwell/runtime/session.h"

#include <fmt/format.h>

#include <cstring>

namespace stepwell::runtime {
namespace {

using Home = Plan::Place::Home;

template <class View>
void RequireFit(std::string_view what, std::span<const Plan::Port> ports, std::span<const View> views) {
  if (views.size() != ports.size()) {
    throw Error(ErrorKind::kInvalidArgument,
                fmt::format("the plan has {} {}s and was given {}", ports.size(), what, views.size()));
  }
  for (std::size_t i = 0; i < ports.size(); ++i) {
    if (views[i].type == ports[i].type) continue;
    throw Error(ErrorKind::kInvalidArgument, fmt::format("{} '{}' is {} in this plan and was given as {}", what,
                                                         ports[i].name, ToText(ports[i].type), ToText(views[i].type)));
  }
}

}  // namespace

Session::Session(std::shared_ptr<const Plan> plan)
    : plan_(std::move(plan)), arena_(plan_->arena_bytes()), scratch_(plan_->scratch_bytes()) {
  for (const Plan::Step& step : plan_->steps()) {
    view_begin_.push_back(views_.size());
    result_begin_.push_back(results_.size());
    for (const Plan::Argument& input : step.inputs) AddView(input);
    for (const Plan::Argument& output : step.outputs) AddResult(output);
  }
  view_begin_.push_back(views_.size());
  for (const Plan::Copy& copy : plan_->copies()) AddView(copy.from);
}

void Session::Run(std::span<const ConstTensorView> inputs, std::span<const TensorView> outputs) {
  Bind(inputs, outputs);
  for (std::size_t step = 0; step < plan_->steps().size(); ++step) RunStep(step);
  CopyOutputs(outputs);
}

void Session::RunProfiled(std::span<const ConstTensorView> inputs, std::span<const TensorView> outputs,
                          std::span<std::chrono::nanoseconds> step_times) {
  STEPWELL_CHECK(step_times.size() == plan_->steps().size());
  Bind(inputs, outputs);
  for (std::size_t step = 0; step < step_times.size(); ++step) {
    const auto start = std::chrono::steady_clock::now();
    RunStep(step);
    step_times[step] += std::chrono::steady_clock::now() - start;
  }
  CopyOutputs(outputs);
}

std::byte* Session::Locate(const Plan::Place& place) {
  return place.home == Home::kArena ? arena_.data() + place.index : nullptr;
}

void Session::AddView(const Plan::Argument& argument) {
  const Plan::Place& place = argument.place;
  if (place.home == Home::kInput || place.home == Home::kOutput) view_bindings_.push_back({views_.size(), place});
  const std::byte* constant = place.home == Home::kConstant ? plan_->constants()[place.index].view.data : nullptr;
  views_.emplace_back(argument.type, constant != nullptr ? constant : Locate(place));
}

void Session::AddResult(const Plan::Argument& argument) {
  if (argument.place.home == Home::kOutput) result_bindings_.push_back({results_.size(), argument.place});
  results_.emplace_back(argument.type, Locate(argument.place));
}

void Session::Bind(std::span<const ConstTensorView> inputs, std::span<const TensorView> outputs) {
  RequireFit("input", plan_->inputs(), inputs);
  RequireFit("output", plan_->outputs(), outputs);
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
          planned.kernel->Run({.inputs = std::span(views_).subspan(view_begin_[step], planned.inputs.size()),
                               .outputs = std::span(results_).subspan(result_begin_[step], planned.outputs.size()),
                               .scratch = scratch_.span()});
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
