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
#include "stepwell/apps/lm1b/word_input.h"
#include "stepwell/apps/lm1b/word_network.h"
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
  WordModel(std::shared_ptr<const runtime::LoadedModel> model, std::shared_ptr<const Vocabulary> vocabulary,
            const WordModelOptions& options = {});

  const Vocabulary& vocabulary() const { return *vocabulary_; }
  const CharEncoder& encoder() const { return *encoder_; }
  std::int64_t classes() const { return classes_; }  // at least vocabulary().size()

  // Whether streams find the likeliest words without the probabilities of all.
  bool has_top_k() const { return network_->top_k() != nullptr; }

  // Rows of the output that no word of the vocabulary stands for.
  std::vector<std::int32_t> UnusedClasses() const;

  // A text with no word yet. `sampler` draws its words; `rewind_depth`: how many words Rewind() can take back. The
  // model must outlive it.
  WordStream Open(Sampler sampler = Sampler({}), std::size_t rewind_depth = 0) const;

 private:
  friend class WordStream;

  void FindClasses();

  std::shared_ptr<const Vocabulary> vocabulary_;
  std::optional<CharEncoder> encoder_;
  std::shared_ptr<const WordNetwork> network_;
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

  // Of the next word, [model().classes()]; empty before the first word, and with model().has_top_k(). Valid until the
  // stream changes.
  std::span<const float> probabilities() const;
  // Draws the next word; does not add it. Throws Error(kInvalidArgument) before the first word.
  Vocabulary::Id Draw();

  // Only with model().has_top_k(): the rows of the k largest logits of the next word, but for those `excluded`, which
  // are in rising order. Throws Error(kInvalidArgument) before the first word.
  kernels::TopK FindTopK(std::int64_t k, std::span<const std::int32_t> excluded = {});
  // What the last Draw() drew from. A logit less the normaliser is the natural logarithm of a probability.
  const kernels::TopK& drawn_from() const { return drawn_from_; }
  kernels::LogNormaliser BoundedNormaliser() const;  // from the last search
  kernels::LogNormaliser ExactNormaliser();

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
  // What was said of the next word.
  std::span<const float> Said() const;
  Vocabulary::Id DrawFromTopK();

  const WordModel* model_;
  state::Stream stream_;
  state::Stepper stepper_;
  WordInput input_;
  std::vector<std::int32_t> characters_;  // of the word being added
  std::vector<float> said_;               // of the word after it
  std::shared_ptr<kernels::TopKMemory> memory_ = kernels::ExactTopK::MakeMemory();
  kernels::TopK drawn_from_;
};

}  // namespace stepwell::apps
