#include "stepwell/apps/cli/word_calibration.h"

#include <fmt/format.h>

#include <sstream>

#include "stepwell/apps/lm1b/text_scorer.h"
#include "stepwell/apps/lm1b/unique_characters.h"
#include "stepwell/base/error.h"
#include "stepwell/base/file.h"
#include "stepwell/base/text.h"
#include "stepwell/ir/find_role.h"
#include "stepwell/ir/roles.h"

namespace stepwell::cli {
namespace {

constexpr std::size_t kMostTextBytes = std::size_t{1} << 32;

std::shared_ptr<const apps::Vocabulary> LoadVocabulary(const std::string& path) {
  Require(!path.empty(), ErrorKind::kInvalidArgument,
          "words of a text are told from each other by the model's vocabulary: give it with --vocab");
  return std::make_shared<const apps::Vocabulary>(apps::Vocabulary::Load(path));
}

std::vector<std::string_view> SentencesOf(std::string_view text) {
  if (text.ends_with('\n')) text.remove_suffix(1);
  return Split(text, '\n');
}

}  // namespace

WordCalibration::WordCalibration(Model model, const CalibrationFlags& flags)
    : flags_(flags),
      vocabulary_(LoadVocabulary(flags.vocabulary)),
      graph_model_(std::move(model)),
      model_(graph_model_, vocabulary_),
      text_(ReadTextFile(flags.data, kMostTextBytes)) {
  if (Trim(text_).empty()) {
    throw Error(ErrorKind::kInvalidArgument, fmt::format("'{}' holds no words", flags.data));
  }
}

quantize::ModelCall WordCalibration::CallOf(const std::vector<std::int32_t>& characters) const {
  const ir::Graph& graph = graph_model_->graph();
  const auto fed = [&](std::size_t input, const std::vector<std::int32_t>& values) {
    Shape word = Shape::Filled(graph.inputs()[input].default_shape.rank(), 1);
    word[word.rank() - 1] = model_.encoder().word_length();
    return quantize::FedTensor{input, Tensor::Of<std::int32_t>(word, std::span(values))};
  };
  quantize::ModelCall call;
  if (const auto input = ir::FindInputOfRole(graph, ir::kRoleCharacters)) {
    call.push_back(fed(*input, characters));
    return call;
  }
  apps::UniqueCharacters split;
  split.Find(characters);
  call.push_back(fed(*ir::FindInputOfRole(graph, ir::kRoleUniqueCharacters), split.values));
  call.push_back(fed(*ir::FindInputOfRole(graph, ir::kRoleCharacterIndices), split.indices));
  return call;
}

// The words in the order in which apps::TextScorer gives them to the model.
std::vector<quantize::CallSequence> WordCalibration::Calls() const {
  quantize::CallSequence calls;
  std::vector<std::int32_t> characters(AsSize(model_.encoder().word_length()));
  for (const std::string_view sentence : SentencesOf(text_)) {
    model_.encoder().EncodeSentenceStart(characters);
    calls.push_back(CallOf(characters));
    std::istringstream words{std::string(sentence)};
    for (std::string word; words >> word;) {
      model_.encoder().Encode(word, characters);
      calls.push_back(CallOf(characters));
    }
  }
  std::vector<quantize::CallSequence> sequences;
  sequences.push_back(std::move(calls));
  return sequences;
}

double WordCalibration::Perplexity(const Model& model, std::int64_t& words) const {
  const apps::WordModel word_model(model, vocabulary_);
  apps::TextScorer scorer(word_model);
  std::size_t done = 0;
  for (const std::string_view sentence : SentencesOf(text_)) {
    scorer.Add(sentence, [](const apps::WordScore&) {});
    done += sentence.size() + 1;
    if (flags_.progress) flags_.progress(static_cast<double>(done) / static_cast<double>(text_.size() + 1));
  }
  words = scorer.words();
  return scorer.perplexity();
}

DataCost WordCalibration::Compare(const Model& before, const Model& after) const {
  PerplexityCost cost;
  cost.before = Perplexity(before, cost.words);
  cost.after = Perplexity(after, cost.words);
  return {{}, cost};
}

}  // namespace stepwell::cli
