#include "stepwell/apps/deepspeech/transcriber.h"

#include <fmt/format.h>

#include <algorithm>

#include "stepwell/apps/deepspeech/client_features.h"
#include "stepwell/apps/deepspeech/ctc_greedy.h"
#include "stepwell/apps/deepspeech/graph_features.h"
#include "stepwell/apps/deepspeech/transcript.h"
#include "stepwell/base/error.h"

namespace stepwell::apps {
namespace {

// So few samples at a time that they make one call due at most: a stream is rewound to just before it, not further.
constexpr std::size_t kSamplesAtATime = 160;

std::unique_ptr<FeatureSource> MakeSource(const SpeechModel& model) {
  if (model.front_end()) return std::make_unique<GraphFeatures>(model);
  return std::make_unique<ClientFeatures>();
}

void RequireLengths(const SpeechModel& model) {
  if (!model.lengths()) return;
  const ir::Input& lengths = model.model().graph().inputs()[*model.lengths()];
  const TensorType& found = model.model().graph().value(lengths.value).type;
  if (found.dtype == DType::kI32 && ShapesAgree(found.shape, {1})) return;
  throw Error(ErrorKind::kUnsupported,
              fmt::format("the input of lengths '{}' is {}; i32[1] is expected", lengths.name, ToText(found)));
}

void RequireLogits(const runtime::Plan::Port& logits, const FeatureShape& features, const Alphabet& alphabet) {
  const Dim classes = alphabet.size() + 1;
  if (logits.type == TensorType{DType::kF32, {features.steps, 1, classes}}) return;
  throw Error(ErrorKind::kInvalidArgument,
              fmt::format("the model's output '{}' is {} a call, and with an alphabet of {} labels f32[{},1,{}] is "
                          "expected; give the alphabet the model was trained with",
                          logits.name, ToText(logits.type), alphabet.size(), features.steps, classes));
}

}  // namespace

Transcriber::Transcriber(std::shared_ptr<const runtime::LoadedModel> model, TranscriberOptions options)
    : model_(std::move(model)),
      alphabet_(options.alphabet ? std::move(*options.alphabet) : model_.alphabet()),
      layout_(state::StateLayout::Make(model_.model(), 1)),
      source_(MakeSource(model_)),
      decoder_(options.decoder ? std::move(options.decoder) : std::make_shared<CtcGreedy>(alphabet_.blank())) {
  RequireLengths(model_);
  RequireLogits(MakeStepper().outputs()[0], model_.feature_shape(), alphabet_);
}

state::Stepper Transcriber::MakeStepper() const {
  const FeatureShape& features = model_.feature_shape();
  runtime::PlanRequest request;
  request.input_shapes.resize(model_.model().graph().inputs().size());
  request.input_shapes[model_.features()] = Shape{1, features.steps, 2 * features.context + 1, features.features};
  if (model_.lengths()) request.input_shapes[*model_.lengths()] = Shape{1};
  request.outputs = {model_.logits()};
  return {model_.model(), layout_, request};
}

TranscriptionStream Transcriber::Open(std::size_t rewind_depth) const {
  return {*this, state::Stream(layout_, {.rewind_depth = rewind_depth, .part = OpenPart()})};
}

std::unique_ptr<SpeechPart> Transcriber::OpenPart() const {
  std::unique_ptr<CtcDecoder> decoder = decoder_->Clone();
  decoder->Reset();
  return std::make_unique<SpeechPart>(source_->Fresh(), model_.feature_shape(), std::move(decoder));
}

TranscriptionStream::TranscriptionStream(const Transcriber& transcriber, state::Stream stream)
    : transcriber_(&transcriber),
      stream_(std::move(stream)),
      stepper_(transcriber.MakeStepper()),
      rows_(AsSize(stepper_.outputs()[0].type.shape.num_elements())),
      log_probabilities_(rows_.size()) {}

void TranscriptionStream::Push(std::span<const std::int16_t> samples) {
  MakeDueCalls();
  while (!samples.empty()) {
    const std::size_t taken = std::min(samples.size(), kSamplesAtATime);
    part().TakeSamples(samples.first(taken));
    samples = samples.subspan(taken);
    MakeDueCalls();
  }
}

void TranscriptionStream::Finish() {
  part().TakeEnd();
  MakeDueCalls();
}

void TranscriptionStream::MakeDueCalls() {
  while (const SpeechPart::Call* call = part().due()) MakeCall(*call);
}

void TranscriptionStream::MakeCall(const SpeechPart::Call& call) {
  const auto length = static_cast<std::int32_t>(call.length);
  std::vector<ConstTensorView> inputs;
  for (const runtime::Plan::Port& port : stepper_.inputs()) {
    const bool is_lengths = port.index == transcriber_->model().lengths();
    inputs.emplace_back(port.type, is_lengths ? reinterpret_cast<const std::byte*>(&length)
                                              : std::as_bytes(std::span(call.windows)).data());
  }
  const TensorView output(stepper_.outputs()[0].type, std::as_writable_bytes(std::span(rows_)).data());
  stream_.Step(stepper_, inputs, {&output, 1});
  const std::size_t classes = AsSize(transcriber_->alphabet().size()) + 1;
  const std::size_t values = AsSize(call.length) * classes;
  for (std::size_t begin = 0; begin < values; begin += classes) {
    ToLogProbabilities(transcriber_->model().row_kind(), std::span(rows_).subspan(begin, classes),
                       std::span(log_probabilities_).subspan(begin, classes));
  }
  part().TakeRows(std::span(log_probabilities_).first(values));
}

std::string TranscriptionStream::Text() const {
  return TextOf(has_ended() ? Transcripts().front() : Best(), transcriber_->alphabet());
}

}  // namespace stepwell::apps
