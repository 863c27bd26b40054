#include "stepwell/apps/cli/live_source.h"

#include <random>

#include "stepwell/apps/deepspeech/client_features.h"
#include "stepwell/apps/deepspeech/feature_batch.h"
#include "stepwell/apps/deepspeech/graph_features.h"
#include "stepwell/ir/find_role.h"
#include "stepwell/ir/roles.h"
#include "stepwell/verify/random_inputs.h"

namespace stepwell::cli {
namespace {

using Visit = FunctionRef<void(std::span<const float>)>;

// Windows of frames with their context, one row each.
class Windows {
 public:
  explicit Windows(const apps::FeatureShape& shape) : batch_(shape) {}
  void Push(std::span<const float> frame, Visit visit) {
    batch_.Push(frame, [&](std::span<const float> window, std::int64_t) { visit(window); });
  }

 private:
  apps::FeatureBatch batch_;
};

// Noise as loud as speech.
class SoundSource final : public LiveModel::Source {
 public:
  SoundSource(std::unique_ptr<apps::FeatureSource> front_end, const apps::FeatureShape& shape, std::size_t samples,
              unsigned number)
      : front_end_(std::move(front_end)), windows_(shape), packet_(samples), random_(number) {}

  void TakePacket(Visit visit) override {
    for (std::int16_t& sample : packet_) sample = static_cast<std::int16_t>(static_cast<int>(random_() % 8192) - 4096);
    front_end_->Push(packet_, [&](std::span<const float> frame) { windows_.Push(frame, visit); });
  }

 private:
  std::unique_ptr<apps::FeatureSource> front_end_;
  Windows windows_;
  std::vector<std::int16_t> packet_;
  std::minstd_rand random_;
};

class FrameSource final : public LiveModel::Source {
 public:
  FrameSource(const apps::FeatureShape& shape, unsigned number)
      : windows_(shape), frame_(AsSize(shape.features)), random_(number) {}

  void TakePacket(Visit visit) override {
    for (float& value : frame_) value = static_cast<float>(random_() % 2001) / 1000 - 1;
    windows_.Push(frame_, visit);
  }

 private:
  Windows windows_;
  std::vector<float> frame_;
  std::minstd_rand random_;
};

class StepSource final : public LiveModel::Source {
 public:
  void TakePacket(Visit visit) override { visit({}); }
};

// The speech model with the part that turns samples into features; nothing where it lacks one.
std::optional<apps::SpeechModel> SpeechModelIfAny(const std::shared_ptr<const runtime::LoadedModel>& model) {
  try {
    return apps::SpeechModel(model);
  } catch (const Error&) {
    return std::nullopt;
  }
}

}  // namespace

LiveModel::LiveModel(std::shared_ptr<const runtime::LoadedModel> model)
    : model_(std::move(model)), speech_(SpeechModelIfAny(model_)) {
  const ir::Graph& graph = model_->graph();
  logits_ = ir::FindOutputOfRole(graph, ir::kRoleLogits);
  const auto features = ir::FindInputOfRole(graph, ir::kRoleFeatures);
  if (!features || !logits_) return;
  const Shape& shape = graph.inputs()[*features].default_shape;
  if (shape.rank() != 4 || shape[2] % 2 == 0) return;
  features_ = features;
  const Shape& in_call = graph.inputs()[*features].call.shape;
  const bool is_free = in_call.rank() == 4 && in_call[1] == kDynamic;
  fixed_rows_ = is_free ? std::nullopt : std::optional(shape[1]);
  window_ = {.steps = 1, .context = (shape[2] - 1) / 2, .features = shape[3]};
  if (!speech_) return;
  if (speech_->front_end()) {
    prototype_ = std::make_shared<apps::GraphFeatures>(*speech_);
  } else {
    prototype_ = std::make_shared<apps::ClientFeatures>();
  }
}

runtime::PlanRequest LiveModel::RequestFor(std::int64_t rows) const {
  const ir::Graph& graph = model_->graph();
  runtime::PlanRequest request;
  for (const ir::Input& input : graph.inputs()) {
    request.input_shapes.push_back(verify::ShapeInCall(graph, input, {.batch = 1, .frames = rows}));
  }
  if (!is_speech()) {
    // Not what is one number for all streams, as a mean loss is.
    if (const auto words = ir::FindOutputOfRole(graph, ir::kRoleWordProbabilities)) request.outputs = {*words};
    return request;
  }
  if (const auto samples = ir::FindInputOfRole(graph, ir::kRoleSamples)) request.input_shapes[*samples].reset();
  request.outputs = {*logits_};
  return request;
}

std::unique_ptr<LiveModel::Source> LiveModel::Open(unsigned number) const {
  if (!is_speech()) return std::make_unique<StepSource>();
  if (!has_front_end()) return std::make_unique<FrameSource>(window_, number);
  const auto samples = static_cast<std::size_t>(static_cast<double>(speech_->sample_rate_hz()) * kPacketSeconds);
  return std::make_unique<SoundSource>(prototype_->Fresh(), window_, samples, number);
}

Tensor LiveModel::FillOf(std::size_t input, const TensorType& type, std::int64_t rows) const {
  std::mt19937_64 random(input + 1);
  const ir::Graph& graph = model_->graph();
  return verify::FullInput(graph, graph.inputs()[input], type.shape, rows, random);
}

}  // namespace stepwell::cli
