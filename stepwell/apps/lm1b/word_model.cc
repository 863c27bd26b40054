#include "stepwell/apps/lm1b/word_model.h"

#include <fmt/format.h>

#include <numeric>

#include "stepwell/base/checked.h"
#include "stepwell/base/error.h"

namespace stepwell::apps {

WordModel::WordModel(std::shared_ptr<const runtime::LoadedModel> model, std::shared_ptr<const Vocabulary> vocabulary,
                     const WordModelOptions& options)
    : vocabulary_(std::move(vocabulary)) {
  const WordPorts ports = FindWordPorts(model->graph());
  encoder_.emplace(*vocabulary_, ports.word_length());
  network_ = std::make_shared<const WordNetwork>(std::move(model), ports, options);
  FindClasses();
}

void WordModel::FindClasses() {
  if (has_top_k()) {
    classes_ = network_->top_k()->rows();
  } else {
    const TensorType type = network_->MakeStepper().outputs()[0].type;
    const bool is_row = type.dtype == DType::kF32 && type.shape.rank() == 2 && type.shape[0] == 1;
    classes_ = is_row ? type.shape[1] : -1;
  }
  if (classes_ >= vocabulary_->size()) return;
  throw Error(
      ErrorKind::kInvalidArgument,
      fmt::format("the model gives {} for a word, and f32[1,n] with n of at least {}, the vocabulary's words, "
                  "is expected; give the vocabulary that came with the model",
                  has_top_k() ? fmt::format("f32[1,{}]", classes_) : ToText(network_->MakeStepper().outputs()[0].type),
                  vocabulary_->size()));
}

std::vector<std::int32_t> WordModel::UnusedClasses() const {
  std::vector<std::int32_t> unused(AsSize(classes_ - vocabulary_->size()));
  std::iota(unused.begin(), unused.end(), vocabulary_->size());
  return unused;
}

WordStream WordModel::Open(Sampler sampler, std::size_t rewind_depth) const {
  const auto said = has_top_k() ? WordPart::Said::kHidden : WordPart::Said::kProbabilities;
  const std::int64_t size = has_top_k() ? network_->top_k()->inputs() : classes_;
  auto part = std::make_unique<WordPart>(std::move(sampler), said, AsSize(size));
  return {*this, state::Stream(network_->layout(), {.rewind_depth = rewind_depth, .part = std::move(part)})};
}

WordStream::WordStream(const WordModel& model, state::Stream stream)
    : model_(&model),
      stream_(std::move(stream)),
      stepper_(model.network_->MakeStepper()),
      input_(*model.network_, stepper_.inputs()),
      characters_(AsSize(model.encoder().word_length())) {}

std::span<const float> WordStream::Add(std::string_view word) {
  model_->encoder().Encode(word, characters_);
  return AddCharacters();
}

std::span<const float> WordStream::AddSentenceStart() {
  model_->encoder().EncodeSentenceStart(characters_);
  return AddCharacters();
}

std::span<const float> WordStream::Said() const {
  Require(!part().values().empty(), ErrorKind::kInvalidArgument, "a text needs a first word before one can be drawn");
  return part().values();
}

std::span<const float> WordStream::probabilities() const {
  if (model_->has_top_k()) return {};
  return part().values();
}

Vocabulary::Id WordStream::Draw() {
  const std::span<const float> said = Said();
  return model_->has_top_k() ? DrawFromTopK() : part().sampler().Draw(said);
}

Vocabulary::Id WordStream::DrawFromTopK() {
  Sampler& sampler = part().sampler();
  drawn_from_ = FindTopK(sampler.words_drawn_from().value_or(model_->classes()), sampler.never());
  if (drawn_from_.num_nan > 0) {
    throw Error(ErrorKind::kInvalidArgument,
                fmt::format("the model's logits of {} words are NaN", drawn_from_.num_nan));
  }
  return sampler.DrawLogits(drawn_from_.rows);
}

kernels::TopK WordStream::FindTopK(std::int64_t k, std::span<const std::int32_t> excluded) {
  STEPWELL_CHECK(model_->has_top_k());
  return model_->network_->top_k()->Find(Said(), k, excluded, *memory_);
}

kernels::LogNormaliser WordStream::BoundedNormaliser() const {
  STEPWELL_CHECK(model_->has_top_k());
  return model_->network_->top_k()->BoundedNormaliser(*memory_);
}

kernels::LogNormaliser WordStream::ExactNormaliser() {
  STEPWELL_CHECK(model_->has_top_k());
  return model_->network_->top_k()->ExactNormaliser(Said(), *memory_);
}

std::span<const float> WordStream::AddCharacters() {
  const runtime::Plan::Port& port = stepper_.outputs()[0];
  said_.resize(AsSize(port.type.shape.num_elements()));
  const TensorView output(port.type, std::as_writable_bytes(std::span(said_)).data());
  stream_.Step(stepper_, input_.Make(characters_), {&output, 1});
  part().Take(said_);
  return probabilities();
}

}  // namespace stepwell::apps
