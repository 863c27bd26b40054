#include "stepwell/apps/lm1b/word_model.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "stepwell/base/checked.h"
#include "stepwell/base/error.h"
#include "stepwell/ir/find_role.h"
#include "stepwell/ir/roles.h"

namespace stepwell::apps {
namespace {

std::size_t RequiredOutput(const ir::Graph& graph, std::string_view role) {
  if (const auto output = ir::FindOutputOfRole(graph, role)) return *output;
  throw Error(ErrorKind::kUnsupported,
              fmt::format("the model is no language model of words: it has no output of role '{}'; name one with "
                          "--role {}=NAME",
                          role, role));
}

// Words take a few dozen characters; this is against absurd files.
constexpr std::int64_t kMostCharacters = 1 << 16;

}  // namespace

WordModel::WordModel(std::shared_ptr<const runtime::LoadedModel> model, std::shared_ptr<const Vocabulary> vocabulary)
    : model_(std::move(model)), vocabulary_(std::move(vocabulary)) {
  FindInputs();
  probabilities_ = RequiredOutput(model_->graph(), ir::kRoleWordProbabilities);
  const std::size_t input = characters_ ? *characters_ : unique_->values;
  encoder_.emplace(*vocabulary_, WordShape(input).num_elements());
  layout_ = state::StateLayout::Make(*model_, 1);
  const TensorType type = MakeStepper().outputs()[0].type;
  const bool is_row = type.dtype == DType::kF32 && type.shape.rank() == 2 && type.shape[0] == 1;
  if (!is_row || type.shape[1] < vocabulary_->size()) {
    throw Error(
        ErrorKind::kInvalidArgument,
        fmt::format("the model gives {} for a word, and f32[1,n] with n of at least {}, the vocabulary's words, "
                    "is expected; give the vocabulary that came with the model",
                    ToText(type), vocabulary_->size()));
  }
  classes_ = type.shape[1];
}

void WordModel::FindInputs() {
  const ir::Graph& graph = model_->graph();
  characters_ = ir::FindInputOfRole(graph, ir::kRoleCharacters);
  if (characters_) return;
  const auto values = ir::FindInputOfRole(graph, ir::kRoleUniqueCharacters);
  const auto indices = ir::FindInputOfRole(graph, ir::kRoleCharacterIndices);
  if (!values || !indices) {
    throw Error(ErrorKind::kUnsupported,
                fmt::format("the model is no language model of words: it has no input of role '{}', nor both of '{}' "
                            "and '{}'; name them with --role ROLE=NAME",
                            ir::kRoleCharacters, ir::kRoleUniqueCharacters, ir::kRoleCharacterIndices));
  }
  unique_ = UniqueForm{*values, *indices};
  if (WordShape(*values) != WordShape(*indices)) {
    throw Error(ErrorKind::kUnsupported,
                fmt::format("the distinct characters ({}) and the indices among them ({}) are not as many",
                            ToText(WordShape(*values)), ToText(WordShape(*indices))));
  }
}

// One word's characters: of the input's shape, all axes but the last of extent 1.
Shape WordModel::WordShape(std::size_t input) const {
  const ir::Input& declared = model_->graph().inputs()[input];
  const Shape& shape = declared.default_shape;
  const DType dtype = model_->graph().value(declared.value).type.dtype;
  const bool fits = dtype == DType::kI32 && shape.rank() >= 1 && shape[shape.rank() - 1] >= 1 &&
                    shape[shape.rank() - 1] <= kMostCharacters;
  if (!fits) {
    throw Error(ErrorKind::kUnsupported,
                fmt::format("the input '{}' is {}; the characters of a word in i32 are expected", declared.name,
                            ToText(TensorType{dtype, shape})));
  }
  Shape word = Shape::Filled(shape.rank(), 1);
  word[shape.rank() - 1] = shape[shape.rank() - 1];
  return word;
}

state::Stepper WordModel::MakeStepper() const {
  runtime::PlanRequest request;
  request.input_shapes.resize(model_->graph().inputs().size());
  if (characters_) request.input_shapes[*characters_] = WordShape(*characters_);
  if (unique_) {
    request.input_shapes[unique_->values] = WordShape(unique_->values);
    request.input_shapes[unique_->indices] = WordShape(unique_->indices);
  }
  request.outputs = {probabilities_};
  return {*model_, layout_, request};
}

std::vector<std::int32_t> WordModel::UnusedClasses() const {
  std::vector<std::int32_t> unused(AsSize(classes_ - vocabulary_->size()));
  std::iota(unused.begin(), unused.end(), vocabulary_->size());
  return unused;
}

WordStream WordModel::Open(Sampler sampler, std::size_t rewind_depth) const {
  auto part = std::make_unique<WordPart>(std::move(sampler), AsSize(classes_));
  return {*this, state::Stream(layout_, {.rewind_depth = rewind_depth, .part = std::move(part)})};
}

WordStream::WordStream(const WordModel& model, state::Stream stream)
    : model_(&model),
      stream_(std::move(stream)),
      stepper_(model.MakeStepper()),
      characters_(AsSize(model.encoder().word_length())) {}

std::span<const float> WordStream::Add(std::string_view word) {
  model_->encoder().Encode(word, characters_);
  return AddCharacters();
}

std::span<const float> WordStream::AddSentenceStart() {
  model_->encoder().EncodeSentenceStart(characters_);
  return AddCharacters();
}

Vocabulary::Id WordStream::Draw() {
  Require(!probabilities().empty(), ErrorKind::kInvalidArgument, "a text needs a first word before one can be drawn");
  return part().sampler().Draw(probabilities());
}

std::span<const float> WordStream::AddCharacters() {
  if (model_->unique_) FindUnique();
  std::vector<ConstTensorView> inputs;
  for (const runtime::Plan::Port& port : stepper_.inputs()) {
    inputs.emplace_back(port.type, std::as_bytes(ValuesOf(port.index)).data());
  }
  probabilities_.resize(AsSize(model_->classes()));
  const TensorView output(stepper_.outputs()[0].type, std::as_writable_bytes(std::span(probabilities_)).data());
  stream_.Step(stepper_, inputs, {&output, 1});
  part().TakeProbabilities(probabilities_);
  return probabilities();
}

void WordStream::FindUnique() {
  values_.clear();
  indices_.clear();
  for (const std::int32_t character : characters_) {
    const auto found = std::find(values_.begin(), values_.end(), character);
    indices_.push_back(static_cast<std::int32_t>(found - values_.begin()));
    if (found == values_.end()) values_.push_back(character);
  }
  values_.resize(characters_.size());
}

std::span<const std::int32_t> WordStream::ValuesOf(std::size_t input) const {
  if (!model_->unique_) return characters_;
  return input == model_->unique_->values ? values_ : indices_;
}

}  // namespace stepwell::apps
