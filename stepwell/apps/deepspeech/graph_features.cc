#include "stepwell/apps/deepspeech/graph_features.h"

#include <fmt/format.h>

#include <algorithm>

#include "stepwell/base/error.h"

namespace stepwell::apps {
namespace {

constexpr float kFullScale = 32768;

std::shared_ptr<const runtime::Plan> PlanOf(const SpeechModel& model) {
  const SpeechModel::FrontEnd& front_end = model.front_end().value();
  runtime::PlanRequest request;
  request.input_shapes.resize(model.model().graph().inputs().size());
  request.input_shapes[front_end.samples] = Shape{front_end.window.size};
  request.outputs = {front_end.coefficients};
  auto plan = model.model().PlanFor(request);
  const TensorType& samples = plan->inputs()[0].type;
  const TensorType& found = plan->outputs()[0].type;
  const TensorType expected{DType::kF32, {1, model.feature_shape().features}};
  if (samples.dtype == DType::kF32 && found == expected) return plan;
  throw Error(ErrorKind::kInvalidModel,
              fmt::format("the model's front end gives {} from {}, and {} from f32 is expected", ToText(found),
                          ToText(samples), ToText(expected)));
}

}  // namespace

GraphFeatures::GraphFeatures(const SpeechModel& model)
    : GraphFeatures(PlanOf(model), model.front_end().value().window) {}

GraphFeatures::GraphFeatures(std::shared_ptr<const runtime::Plan> plan, const AudioWindow::Shape& window)
    : window_shape_(window),
      window_(window),
      session_(std::move(plan)),
      features_(AsSize(session_.plan().outputs()[0].type.shape.num_elements())) {}

void GraphFeatures::Push(std::span<const std::int16_t> samples, Visit visit) {
  scaled_.resize(samples.size());
  std::transform(samples.begin(), samples.end(), scaled_.begin(),
                 [](std::int16_t sample) { return static_cast<float>(sample) / kFullScale; });
  window_.Push(scaled_, [&](std::span<const float> window) { UseWindow(window, visit); });
}

void GraphFeatures::Flush(Visit visit) {
  window_.Flush([&](std::span<const float> window) { UseWindow(window, visit); });
}

void GraphFeatures::UseWindow(std::span<const float> window, Visit visit) {
  const runtime::Plan& plan = session_.plan();
  const ConstTensorView input(plan.inputs()[0].type, std::as_bytes(window).data());
  const TensorView output(plan.outputs()[0].type, std::as_writable_bytes(std::span(features_)).data());
  session_.Run({&input, 1}, {&output, 1});
  visit(features_);
}

std::unique_ptr<FeatureSource> GraphFeatures::Fresh() const {
  // No window is computed here, so that the plan may be shared; the scratch memory is the new one's own.
  return std::unique_ptr<FeatureSource>(new GraphFeatures(session_.shared_plan(), window_shape_));
}

}  // namespace stepwell::apps
