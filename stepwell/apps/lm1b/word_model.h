#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "stepwell/apps/lm1b/char_encoder.h"
#include "stepwell/apps/lm1b/sampler.h"
#include "stepwell/apps/lm1b/vocabulary.h"
#include "stepwell/apps/lm1b/word_part.h"
#include "stepwell/runtime/loaded_model.h"
#include "stepwell/state/stepper.h"
#include "stepwell/state/stream.h"

namespace stepwell::apps {

class WordStream;

// A language model of words with its vocabulary: what lm_1b is. Its inputs and output are found by role (ir/roles.h).
// Immutable: any number of streams, in any threads, share it (but not each other).
class WordModel {
 public:
  // Throws Error: kUnsupported when the model has not the roles, kInvalidArgument when the vocabulary has more words
  // than the model.
  WordModel(std::shared_ptr<const runtime::LoadedModel> model, std::shared_ptr<const Vocabulary> vocabulary);

  const Vocabulary& vocabulary() const { return *vocabulary_; }
  const CharEncoder& encoder() const { return *encoder_; }
  std::int64_t classes() const { return classes_; }  // at least vocabulary().size()

  // Rows of the output that no word of the vocabulary stands for.
  std::vector<std::int32_t> UnusedClasses() const;

  // A text with no word yet. `sampler` draws its words; `rewind_depth`: how many words Rewind() can take back. The
  // model must outlive it.
  WordStream Open(Sampler sampler = Sampler({}), std::size_t rewind_depth = 0) const;

 private:
  friend class WordStream;

  // A word's input: its characters, or the distinct ones and for each character the index of its value among them.
  struct UniqueForm {
    std::size_t values = 0;   // input i32[length]
    std::size_t indices = 0;  // input i32[length]
  };
  void FindInputs();
  Shape WordShape(std::size_t input) const;
  state::Stepper MakeStepper() const;

  std::shared_ptr<const runtime::LoadedModel> model_;
  std::shared_ptr<const Vocabulary> vocabulary_;
  std::optional<std::size_t> characters_;  // input i32[1, 1, word length]
  std::optional<UniqueForm> unique_;       // where there is no such
  std::size_t probabilities_ = 0;          // output f32[1, classes]
  std::optional<CharEncoder> encoder_;
  std::shared_ptr<const state::StateLayout> layout_;
  std::int64_t classes_ = 0;
};

// A text, word by word. Its memory (the model's states, the random generator, what was said of the next word) is one
// state::Stream's, saved, restored, forked and rewound as a whole. Not thread-safe.
class WordStream {
 public:
  // The text goes on with this word; returns probabilities().
  std::span<const float> Add(std::string_view word);
  // The same with the start of a sentence, as the original's evaluation encodes it (its sampling adds "<S>").
  std::span<const float> AddSentenceStart();

  // Of the next word, [model().classes()]; empty before the first word. Valid until the stream changes.
  std::span<const float> probabilities() const { return part().probabilities(); }
  // Draws the next word; does not add it. Throws Error(kInvalidArgument) before the first word.
  Vocabulary::Id Draw();

  const WordModel& model() const { return *model_; }

  // See state::Stream.
  std::vector<std::byte> Save() const { return stream_.Save(); }
  void Restore(std::span<const std::byte> snapshot, std::string_view what = "the snapshot") {
    stream_.Restore(snapshot, what);
  }
  WordStream Fork() const { return {*model_, stream_.Fork()}; }
  void Rewind(std::size_t words) { stream_.Rewind(words); }
  void Reset() { stream_.Reset(); }
  const state::Stream& stream() const { return stream_; }

 private:
  friend class WordModel;
  WordStream(const WordModel& model, state::Stream stream);

  WordPart& part() { return static_cast<WordPart&>(*stream_.part()); }
  const WordPart& part() const { return static_cast<const WordPart&>(*stream_.part()); }
  std::span<const float> AddCharacters();
  void FindUnique();
  std::span<const std::int32_t> ValuesOf(std::size_t input) const;

  const WordModel* model_;
  state::Stream stream_;
  state::Stepper stepper_;
  std::vector<std::int32_t> characters_;  // of the word being added
  std::vector<std::int32_t> values_;      // the distinct ones, zeros behind them
  std::vector<std::int32_t> indices_;
  std::vector<float> probabilities_;
};

}  // namespace stepwell::apps
