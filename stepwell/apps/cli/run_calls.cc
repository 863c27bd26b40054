#include "stepwell/apps/cli/run_calls.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <map>

#include "stepwell/apps/cli/exact_conversion.h"
#include "stepwell/base/text.h"
#include "stepwell/state/stepper.h"
#include "stepwell/state/stream.h"

namespace stepwell::cli {
namespace {

// An array with its place in the model.
struct BoundArray {
  std::size_t input = 0;
  bool is_state = false;
  Tensor values;
};

std::vector<std::string> InputNames(const ir::Graph& graph) {
  std::vector<std::string> names;
  for (const ir::Input& input : graph.inputs()) names.push_back(input.name);
  return names;
}

BoundArray Bind(const ir::Graph& graph, const NamedArray& array) {
  const auto index = graph.FindInput(array.name);
  if (!index) {
    const std::vector<std::string> names = InputNames(graph);
    throw Error(ErrorKind::kInvalidArgument, fmt::format("the model has no input '{}'{} Its inputs: '{}'", array.name,
                                                         DidYouMean(array.name, names), Join(names, "', '")));
  }
  return {*index, graph.FindStateOfInput(graph.inputs()[*index].name) != nullptr, array.values.Clone()};
}

// Runs the calls of one request.
class CallRunner {
 public:
  CallRunner(const runtime::LoadedModel& model, const RunRequest& request)
      : model_(model), graph_(model.graph()), has_call_axis_(request.calls == RunRequest::Calls::kLeadingAxis) {
    for (const NamedArray& array : request.inputs) {
      While([&] { return fmt::format("taking '{}' as the input '{}'", array.file, array.name); },
            [&] { Add(Bind(graph_, array), array.name); });
    }
    calls_ = CountCalls();
    layout_ = MakeLayout();
  }

  RunResult Run(const RunRequest& request, const std::function<void(double)>& progress) {
    RunResult result;
    state::Stepper stepper(model_, layout_, Request(result));
    state::Stream stream(layout_);
    if (request.snapshot) stream.Restore(request.snapshot->bytes.span(), request.snapshot->path);
    SetStates(stream);
    result.calls = calls_;
    for (const runtime::Plan::Port& port : stepper.outputs())
      result.outputs.push_back({port.name, Tensor(OutputType(port.type))});
    for (std::int64_t call = 0; call < calls_; ++call) {
      Step(stepper, stream, call, result);
      progress(static_cast<double>(call + 1) / static_cast<double>(calls_));
    }
    result.snapshot = stream.Save();
    return result;
  }

 private:
  void Add(BoundArray array, const std::string& name) {
    const ir::Input& input = graph_.inputs()[array.input];
    RequireFit(array, input.call);
    array.values = ConvertExactly(std::move(array.values), graph_.value(input.value).type.dtype);
    const bool is_new = arrays_.try_emplace(array.input, std::move(array)).second;
    if (!is_new) throw Error(ErrorKind::kInvalidArgument, fmt::format("the input '{}' is given twice", name));
  }

  void RequireFit(const BoundArray& array, const ir::CallShape& expected) const {
    const Shape shape = CallShape(array);
    if (expected.Takes(shape)) return;
    throw Error(ErrorKind::kInvalidArgument,
                fmt::format("the input takes {} a call and the array gives {}{}", ToText(expected), ToText(shape),
                            HasCallAxis(array) ? " behind its axis of calls" : ""));
  }

  bool HasCallAxis(const BoundArray& array) const { return has_call_axis_ && !array.is_state; }

  Shape CallShape(const BoundArray& array) const {
    const Shape& shape = array.values.type().shape;
    if (!HasCallAxis(array)) return shape;
    Require(shape.rank() > 0, ErrorKind::kInvalidArgument,
            "with --sequence every input needs a leading axis, the calls; one is a scalar");
    return Shape(shape.dims().subspan(1));
  }

  std::int64_t CountCalls() const {
    std::optional<std::int64_t> calls;
    for (const auto& [index, array] : arrays_) {
      if (!HasCallAxis(array)) continue;
      const std::int64_t found = array.values.type().shape[0];
      if (calls && *calls != found) {
        throw Error(ErrorKind::kInvalidArgument, fmt::format("the input '{}' has {} calls where another has {}",
                                                             graph_.inputs()[index].name, found, *calls));
      }
      calls = found;
    }
    Require(calls.value_or(1) > 0, ErrorKind::kInvalidArgument, "the inputs hold no call: their first axis is 0 long");
    return calls.value_or(1);
  }

  // States have the shapes in which they were given, else the batch of the first input that has a free one.
  std::shared_ptr<const state::StateLayout> MakeLayout() const {
    std::optional<Dim> batch;
    for (const auto& [index, array] : arrays_) {
      const Shape& declared = graph_.value(graph_.inputs()[index].value).type.shape;
      if (!batch && declared.rank() > 0 && declared[0] == kDynamic) batch = CallShape(array)[0];
    }
    return state::StateLayout::Make(model_, batch);
  }

  runtime::PlanRequest Request(RunResult& result) const {
    runtime::PlanRequest request;
    request.input_shapes.resize(graph_.inputs().size());
    for (const auto& [index, array] : arrays_) request.input_shapes[index] = CallShape(array);
    for (const auto& slot : layout_->slots()) request.input_shapes[slot.input] = slot.type.shape;
    const auto plan = model_.PlanFor(request);
    for (const runtime::Plan::Port& port : plan->outputs()) request.outputs.push_back(port.index);
    for (const runtime::Plan::LeftOut& left_out : plan->left_out()) {
      LeftOutOutput output{graph_.outputs()[left_out.output].name, {}};
      for (const std::size_t input : left_out.missing_inputs)
        output.missing_inputs.push_back(graph_.inputs()[input].name);
      result.left_out.push_back(std::move(output));
    }
    return request;
  }

  void SetStates(state::Stream& stream) const {
    for (const auto& [index, array] : arrays_) {
      if (array.is_state) stream.SetState(*layout_->FindSlotOfInput(index), array.values.view());
    }
  }

  TensorType OutputType(TensorType type) const {
    if (!has_call_axis_) return type;
    Shape shape{calls_};
    for (const Dim dim : type.shape.dims()) shape.Append(dim);
    return {type.dtype, shape};
  }

  void Step(state::Stepper& stepper, state::Stream& stream, std::int64_t call, RunResult& result) const {
    std::vector<ConstTensorView> inputs;
    for (const runtime::Plan::Port& port : stepper.inputs()) {
      const BoundArray& array = arrays_.at(port.index);
      const std::size_t offset = HasCallAxis(array) ? AsSize(call) * port.type.bytes() : 0;
      inputs.emplace_back(port.type, array.values.view().data + offset);
    }
    std::vector<TensorView> outputs;
    for (std::size_t i = 0; i < stepper.outputs().size(); ++i) {
      const TensorType& type = stepper.outputs()[i].type;
      outputs.emplace_back(type, result.outputs[i].values.view().data + AsSize(call) * type.bytes());
    }
    While([&] { return fmt::format("running call {}", call); }, [&] { stream.Step(stepper, inputs, outputs); });
  }

  const runtime::LoadedModel& model_;
  const ir::Graph& graph_;
  bool has_call_axis_;
  std::map<std::size_t, BoundArray> arrays_;  // by input
  std::int64_t calls_ = 1;
  std::shared_ptr<const state::StateLayout> layout_;
};

}  // namespace

RunResult RunCalls(const runtime::LoadedModel& model, const RunRequest& request,
                   const std::function<void(double)>& progress) {
  return CallRunner(model, request).Run(request, progress);
}

}  // namespace stepwell::cli
