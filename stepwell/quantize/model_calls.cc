#include "stepwell/quantize/model_calls.h"

#include <algorithm>
#include <optional>

#include "stepwell/base/error.h"
#include "stepwell/state/stepper.h"
#include "stepwell/state/stream.h"

namespace stepwell::quantize {
namespace {

// Rows of a batch, as the states have them: they are those of the first call.
std::vector<std::optional<Shape>> ShapesOf(const runtime::LoadedModel& model, const ModelCall& call) {
  std::vector<std::optional<Shape>> shapes(model.graph().inputs().size());
  for (const FedTensor& fed : call) {
    Require(fed.input < shapes.size(), ErrorKind::kInvalidArgument, "a call gives an input that the model has not");
    shapes[fed.input] = fed.value.type().shape;
  }
  return shapes;
}

}  // namespace

class CallRunner::Impl {
 public:
  Impl(const runtime::LoadedModel& model, std::vector<std::size_t> outputs)
      : model_(model), outputs_(std::move(outputs)), layout_(state::StateLayout::Make(model)), stream_(layout_) {}

  void Reset() { stream_.Reset(); }

  std::span<const Tensor> Run(const ModelCall& call) {
    Prepare(ShapesOf(model_, call));
    std::vector<ConstTensorView> inputs;
    for (const runtime::Plan::Port& port : stepper_->inputs()) {
      const auto fed = std::find_if(call.begin(), call.end(), [&](const auto& one) { return one.input == port.index; });
      STEPWELL_CHECK(fed != call.end());
      inputs.push_back(fed->value.view());
    }
    std::vector<TensorView> outputs;
    for (Tensor& result : results_) outputs.push_back(result.view());
    stream_.Step(*stepper_, inputs, outputs);
    return results_;
  }

 private:
  void Prepare(std::vector<std::optional<Shape>> shapes) {
    if (stepper_ && shapes == shapes_) return;
    stepper_.emplace(model_, layout_, runtime::PlanRequest{.input_shapes = shapes, .outputs = outputs_});
    shapes_ = std::move(shapes);
    results_.clear();
    for (const runtime::Plan::Port& port : stepper_->outputs()) results_.emplace_back(port.type);
  }

  const runtime::LoadedModel& model_;
  std::vector<std::size_t> outputs_;
  std::shared_ptr<const state::StateLayout> layout_;
  state::Stream stream_;
  std::optional<state::Stepper> stepper_;
  std::vector<std::optional<Shape>> shapes_;  // of the stepper
  std::vector<Tensor> results_;
};

CallRunner::CallRunner(const runtime::LoadedModel& model, std::vector<std::size_t> outputs)
    : impl_(std::make_unique<Impl>(model, std::move(outputs))) {}
CallRunner::~CallRunner() = default;
void CallRunner::Reset() { impl_->Reset(); }
std::span<const Tensor> CallRunner::Run(const ModelCall& call) { return impl_->Run(call); }

}  // namespace stepwell::quantize
