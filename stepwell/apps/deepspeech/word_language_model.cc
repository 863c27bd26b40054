#include "stepwell/apps/deepspeech/word_language_model.h"

#include <fmt/format.h>

#include <array>
#include <utility>
#include <vector>

#include "stepwell/apps/deepspeech/arpa_reader.h"
#include "stepwell/base/error.h"

namespace stepwell::apps {
namespace {

std::vector<Lexicon::Word> SpellWords(const NgramModel& ngrams, const Alphabet& alphabet) {
  std::vector<Lexicon::Word> words;
  for (const auto& [text, id] : ngrams.words()) {
    if (text.starts_with('<')) continue;
    auto spelling = alphabet.Spell(text);
    if (spelling) words.push_back({std::move(*spelling), id});
  }
  if (words.empty()) {
    throw Error(ErrorKind::kInvalidArgument,
                fmt::format("none of the language model's {} words can be spelled with the alphabet of {} labels: were "
                            "both made for one language, in the same case?",
                            ngrams.num_words(), alphabet.size()));
  }
  return words;
}

std::int32_t SpaceOf(const Alphabet& alphabet) {
  Require(alphabet.space().has_value(), ErrorKind::kInvalidArgument,
          "a word language model needs an alphabet with a space; this one has none: decode without --lm");
  return *alphabet.space();
}

}  // namespace

WordLanguageModel::WordLanguageModel(NgramModel ngrams, const Alphabet& alphabet)
    : ngrams_(std::move(ngrams)),
      lexicon_(SpellWords(ngrams_, alphabet)),
      space_(SpaceOf(alphabet)),
      fingerprint_(ngrams_.Fingerprint()) {
  if (const auto begin = ngrams_.Find("<s>")) begin_ = ngrams_.After(std::array{*begin});
  end_ = ngrams_.Find("</s>");
  if (!end_) end_ = ngrams_.Find("<unk>");
}

std::shared_ptr<const WordLanguageModel> WordLanguageModel::Load(const std::filesystem::path& path,
                                                                 const Alphabet& alphabet) {
  NgramModel ngrams = ReadArpa(path);
  return While([&] { return fmt::format("spelling the words of '{}'", path.string()); },
               [&] { return std::make_shared<const WordLanguageModel>(std::move(ngrams), alphabet); });
}

double WordLanguageModel::ScoreEnd(State state) const { return end_ ? ngrams_.Score(state, *end_).ln_probability : 0; }

}  // namespace stepwell::apps
