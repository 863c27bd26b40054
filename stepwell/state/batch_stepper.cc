#include "stepwell/state/batch_stepper.h"

#include <algorithm>
#include <cstring>

#include "stepwell/base/error.h"
#include "stepwell/state/independence.h"

namespace stepwell::state {
namespace {

using runtime::Plan;
using runtime::PlanRequest;
using Kind = CallPorts::Source::Kind;

constexpr std::size_t kBatchesKept = 64;

// The axis along which the second type holds two of the first; nothing where they differ in any other way.
std::optional<int> AxisOfTwo(const Shape& one, const Shape& two) {
  if (one.rank() != two.rank()) return std::nullopt;
  std::optional<int> axis;
  for (int i = 0; i < one.rank(); ++i) {
    if (one[i] == two[i]) continue;
    if (axis || one[i] != 1 || two[i] != 2) return std::nullopt;
    axis = i;
  }
  return axis;
}

}  // namespace

template <class View, class Rows, class Pointer>
std::byte* BatchStepper::Arguments<View, Rows, Pointer>::Buffer(std::size_t port, std::size_t bytes) {
  if (buffers[port].size() < bytes) buffers[port] = AlignedBuffer(bytes);
  return buffers[port].data();
}

BatchStepper::BatchStepper(std::shared_ptr<const runtime::LoadedModel> model, std::shared_ptr<const StateLayout> layout,
                           PlanRequest request, std::shared_ptr<runtime::Workspace> workspace)
    : model_(std::move(model)),
      layout_(std::move(layout)),
      request_(WithStates(*model_, *layout_, request)),
      lone_(*model_, layout_, request),
      ports_(*layout_, lone_.plan(), request.outputs),
      workspace_(std::move(workspace)),
      in_(lone_.plan().inputs().size()),
      out_(lone_.plan().outputs().size()),
      output_parts_(FindOutputParts()) {
  if (steps_together() && !IsIndependent()) output_parts_.reset();
}

void BatchStepper::RequireFit(const StateLayout& layout, std::span<const ConstTensorView> inputs,
                              std::span<const TensorView> outputs) const {
  Require(layout.IsSameAs(*layout_), ErrorKind::kInvalidArgument,
          "a stream of another model or batch cannot be stepped with these");
  ports_.RequireFit(inputs, outputs);
}

std::optional<PlanRequest> BatchStepper::RequestFor(std::size_t streams) const {
  PlanRequest request = request_;
  for (auto& shape : request.input_shapes) {
    if (!shape) continue;
    if (shape->rank() == 0 || (*shape)[0] != 1) return std::nullopt;
    (*shape)[0] = static_cast<Dim>(streams);
  }
  return request;
}

std::optional<std::vector<AxisPart>> BatchStepper::FindOutputParts() const {
  const std::optional<PlanRequest> request = RequestFor(2);
  if (!request) return std::nullopt;
  std::shared_ptr<const Plan> two;
  try {
    two = model_->PlanFor(*request);
  } catch (const Error&) {
    return std::nullopt;  // its batch is fixed
  }
  const std::span<const Plan::Port> outputs = lone_.plan().outputs();
  if (two->outputs().size() != outputs.size()) return std::nullopt;
  std::vector<AxisPart> parts(ports_.outputs().size());
  for (std::size_t port = 0; port < outputs.size(); ++port) {
    const std::optional<int> axis = AxisOfTwo(outputs[port].type.shape, two->outputs()[port].type.shape);
    const CallPorts::Source& source = ports_.output_sources()[port];
    if (!axis || (source.kind == Kind::kState && *axis != 0)) return std::nullopt;
    if (source.kind == Kind::kCaller) parts[source.index] = AxisPart::Of(outputs[port].type, *axis);
  }
  return parts;
}

bool BatchStepper::IsIndependent() {
  RandomStreams alone(layout_, lone_.inputs(), lone_.outputs());
  RandomStreams together(layout_, lone_.inputs(), lone_.outputs());
  try {
    for (const Row& row : alone.rows()) lone_.Step(*row.state, row.inputs, row.outputs);
    StepTogether(together.rows());
  } catch (const Error&) {
    return false;
  }
  return alone.IsSameAs(together);
}

void BatchStepper::Prepare(std::size_t streams) {
  if (streams > 1 && steps_together()) BatchFor(streams);
}

BatchStepper::Batch& BatchStepper::BatchFor(std::size_t streams) {
  const auto found =
      std::find_if(batches_.begin(), batches_.end(), [&](const Batch& batch) { return batch.streams == streams; });
  if (found != batches_.end()) {
    batches_.splice(batches_.begin(), batches_, found);
    return batches_.front();
  }
  batches_.push_front({streams, runtime::Session(model_->PlanFor(RequestFor(streams).value()), workspace_)});
  if (batches_.size() > kBatchesKept) batches_.pop_back();
  return batches_.front();
}

void BatchStepper::Step(std::span<const Row> rows, std::span<std::exception_ptr> failures) {
  STEPWELL_CHECK(failures.size() == rows.size());
  for (const Row& row : rows) RequireFit(row.state->layout(), row.inputs, row.outputs);
  std::fill(failures.begin(), failures.end(), nullptr);
  if (rows.size() > 1 && steps_together()) {
    try {
      return StepTogether(rows);
    } catch (const Error&) {
      // One of them is at fault, and will say so.
    }
  }
  for (std::size_t row = 0; row < rows.size(); ++row) StepAlone(rows[row], failures[row]);
}

void BatchStepper::StepAlone(const Row& row, std::exception_ptr& failure) {
  try {
    lone_.Step(*row.state, row.inputs, row.outputs);
  } catch (const Error&) {
    failure = std::current_exception();
  }
}

void BatchStepper::StepTogether(std::span<const Row> rows) {
  runtime::Session& session = BatchFor(rows.size()).session;
  const Plan& plan = session.plan();
  for (std::size_t port = 0; port < plan.inputs().size(); ++port) BindInput(port, plan.inputs()[port], rows);
  for (std::size_t port = 0; port < plan.outputs().size(); ++port) BindOutput(port, plan.outputs()[port], rows);
  session.Run(in_.views, out_.views, {in_.rows, out_.rows});
  for (std::size_t port = 0; port < plan.outputs().size(); ++port) TakeOutput(port, rows);
  for (const Row& row : rows) ports_.Complete(*row.state, row.outputs);
  for (const Row& row : rows) row.state->Commit();
}

void BatchStepper::BindInput(std::size_t port, const Plan::Port& planned, std::span<const Row> rows) {
  const CallPorts::Source& source = ports_.input_sources()[port];
  const bool is_state = source.kind == Kind::kState;
  std::vector<const std::byte*>& pointers = in_.pointers[port];
  pointers.clear();
  for (const Row& row : rows) {
    pointers.push_back(is_state ? row.state->Current(source.index).data : row.inputs[source.index].data);
  }
  const bool lent = is_state && planned.may_be_rows;
  in_.rows[port] = lent ? ops::ConstRows(pointers) : ops::ConstRows();
  in_.views[port] = {planned.type, nullptr};
  if (lent) return;
  const std::size_t bytes = planned.type.bytes();
  std::byte* whole = in_.Buffer(port, bytes);
  in_.views[port].data = whole;
  const AxisPart part{1, bytes / rows.size()};
  for (std::size_t row = 0; row < rows.size(); ++row) part.Put(pointers[row], row, rows.size(), whole);
}

void BatchStepper::BindOutput(std::size_t port, const Plan::Port& planned, std::span<const Row> rows) {
  const CallPorts::Source& source = ports_.output_sources()[port];
  const bool lent = source.kind == Kind::kState && planned.may_be_rows;
  std::vector<std::byte*>& pointers = out_.pointers[port];
  pointers.clear();
  for (const Row& row : rows) {
    if (lent) pointers.push_back(row.state->Next(source.index).data);
  }
  out_.rows[port] = pointers;
  out_.views[port] = {planned.type, lent ? nullptr : out_.Buffer(port, planned.type.bytes())};
}

void BatchStepper::TakeOutput(std::size_t port, std::span<const Row> rows) {
  if (!out_.rows[port].empty()) return;
  const CallPorts::Source& source = ports_.output_sources()[port];
  const TensorView& whole = out_.views[port];
  const bool is_state = source.kind == Kind::kState;
  const AxisPart part = is_state ? AxisPart{1, whole.size_bytes() / rows.size()} : (*output_parts_)[source.index];
  for (std::size_t row = 0; row < rows.size(); ++row) {
    std::byte* own = is_state ? rows[row].state->Next(source.index).data : rows[row].outputs[source.index].data;
    part.Take(whole.data, row, rows.size(), own);
  }
}

}  // namespace stepwell::state
