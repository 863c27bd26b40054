#include "stepwell/apps/deepspeech/speech_model.h"

#include <fmt/format.h>

#include "stepwell/apps/deepspeech/client_features.h"
#include "stepwell/base/base64.h"
#include "stepwell/base/error.h"
#include "stepwell/base/text.h"
#include "stepwell/ir/find_role.h"
#include "stepwell/ir/roles.h"

namespace stepwell::apps {
namespace {

constexpr std::int64_t kUsualStepMs = 20;
constexpr std::int64_t kMostHz = 1'000'000;

std::size_t Required(std::optional<std::size_t> index, const char* kind, std::string_view role) {
  if (index) return *index;
  throw Error(ErrorKind::kUnsupported,
              fmt::format("the model cannot transcribe: it has no {} of role '{}'; name one with --role {}=NAME", kind,
                          role, role));
}

}  // namespace

SpeechModel::SpeechModel(std::shared_ptr<const runtime::LoadedModel> model) : model_(std::move(model)) {
  FindPorts();
  ReadFeatureShape();
  FindFrontEnd();
}

void SpeechModel::FindPorts() {
  const ir::Graph& graph = model_->graph();
  features_ = Required(ir::FindInputOfRole(graph, ir::kRoleFeatures), "input", ir::kRoleFeatures);
  logits_ = Required(ir::FindOutputOfRole(graph, ir::kRoleLogits), "output", ir::kRoleLogits);
  lengths_ = ir::FindInputOfRole(graph, ir::kRoleLengths);
  const auto kind = graph.metadata().find(std::string(ir::kLogitsKind));
  const bool normalised = kind != graph.metadata().end() && kind->second == ir::kLogitsAreProbabilities;
  row_kind_ = normalised ? RowKind::kProbabilities : RowKind::kLogits;
}

void SpeechModel::ReadFeatureShape() {
  const ir::Input& input = model_->graph().inputs()[features_];
  const Shape& declared = model_->graph().value(input.value).type.shape;
  const Shape& shape = input.default_shape;
  const bool fits = shape.rank() == 4 && shape.is_static() && DimsAgree(declared[0], 1) && shape[2] % 2 == 1;
  if (!fits) {
    throw Error(ErrorKind::kUnsupported,
                fmt::format("the model cannot transcribe a recording: its input '{}' is {}, and one stream of windows "
                            "of an odd number of frames, [1,steps,2*context+1,features], is expected",
                            input.name, ToText(declared)));
  }
  feature_shape_ = {.steps = shape[1], .context = (shape[2] - 1) / 2, .features = shape[3]};
}

void SpeechModel::FindFrontEnd() {
  const ir::Graph& graph = model_->graph();
  const auto samples = ir::FindInputOfRole(graph, ir::kRoleSamples);
  const auto coefficients = ir::FindOutputOfRole(graph, ir::kRoleCoefficients);
  sample_rate_hz_ = Metadata(ir::kSampleRate, ClientFeatures::sample_rate_hz());
  if (samples && coefficients) {
    const Shape& window = graph.inputs()[*samples].default_shape;
    const std::int64_t step = sample_rate_hz_ * Metadata(ir::kFeatureStepMs, kUsualStepMs) / 1000;
    front_end_ = FrontEnd{*samples, *coefficients, {.size = window.num_elements(), .step = step}};
    seconds_per_frame_ = static_cast<double>(step) / static_cast<double>(sample_rate_hz_);
    return;
  }
  seconds_per_frame_ = ClientFeatures::seconds_per_frame();
  const bool had_one = graph.metadata().contains(std::string(ir::kFeatureWindowMs));
  const bool is_clients =
      feature_shape_.features == ClientFeatures().features() && sample_rate_hz_ == ClientFeatures::sample_rate_hz();
  if (is_clients && !had_one) return;
  throw Error(ErrorKind::kUnsupported,
              fmt::format("the model does not hold the part that turns samples into its {} features; convert it "
                          "without --input and --output, or with '{}' and '{}' among them",
                          feature_shape_.features, ir::kRoleSamples, ir::kRoleCoefficients));
}

std::int64_t SpeechModel::Metadata(std::string_view key, std::int64_t fallback) const {
  const auto found = model_->graph().metadata().find(std::string(key));
  if (found == model_->graph().metadata().end()) return fallback;
  const auto value = ParseInt(found->second);
  if (value && *value >= 1 && *value <= kMostHz) return *value;
  throw Error(
      ErrorKind::kInvalidModel,
      fmt::format("the model's metadata '{}' is '{}'; a number of 1 to {} is expected", key, found->second, kMostHz));
}

Alphabet SpeechModel::alphabet() const {
  const auto found = model_->graph().metadata().find(std::string(ir::kAlphabetBase64));
  if (found == model_->graph().metadata().end()) return Alphabet::English();
  const auto bytes = DecodeBase64(found->second);
  Require(bytes.has_value(), ErrorKind::kInvalidModel, "the model's alphabet is not base64; give one with --alphabet");
  return Alphabet::FromSerialized(*bytes);
}

}  // namespace stepwell::apps
