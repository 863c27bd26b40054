#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "stepwell/apps/deepspeech/ctc_decoder.h"
#include "stepwell/apps/deepspeech/prefix_tree.h"
#include "stepwell/apps/deepspeech/word_language_model.h"

namespace stepwell::apps {

struct BeamSearchOptions {
  std::int32_t width = 500;         // prefixes kept after every frame
  std::int32_t cutoff_top_n = 40;   // only the likeliest classes of a frame are looked at: this many,
  double cutoff_probability = 1.0;  // and no more than are needed to reach this probability together
  // With a language model: score = ln p(ctc) + alpha * ln p(words) + beta * number of words; only its words are
  // written, and at the end of the audio a sentence must end.
  std::shared_ptr<const WordLanguageModel> language_model = nullptr;
  double alpha = 0.75;
  double beta = 1.0;
};

// CTC prefix beam search: the probability of a text is the sum over all the alignments that give it, kept for the
// `width` best texts. A letter's frame is the one of the best alignment of its text (Viterbi, over the kept prefixes).
//
// Exact but for the beam: a new prefix is passed over early only when `width` others are certain to be better.
class CtcBeamSearch final : public CtcDecoder {
 public:
  // Throws Error(kInvalidArgument) for options out of range. `blank` is the last class.
  CtcBeamSearch(std::int32_t blank, BeamSearchOptions options);

  void Push(std::span<const float> log_probabilities) override;
  Hypothesis Best() const override;
  std::vector<Hypothesis> Finish(std::size_t most) const override;
  void Reset() override { *this = CtcBeamSearch(blank_, options_); }
  std::unique_ptr<CtcDecoder> Clone() const override { return std::make_unique<CtcBeamSearch>(*this); }
  void Save(ByteWriter& writer) const override;
  void Restore(ByteReader& reader) override;

 private:
  // The best single alignment of a prefix, and the frames at which it begins the prefix's letters.
  struct Alignment {
    double score;
    HistoryTree::Node frames;
    bool begins_now = false;  // one more letter begins in this frame; joins `frames` if the prefix is kept
  };
  // What the language model says of a prefix's complete words, weighted, and where it stands.
  struct Words {
    double score = 0;
    WordLanguageModel::State state = 0;
  };
  // A prefix with the probabilities of its alignments that end in a blank and in its last letter.
  struct Beam {
    PrefixTree::Node prefix;
    double ln_blank;
    double ln_letter;
    Alignment by_blank;
    Alignment by_letter;
    Words words;
    Lexicon::Node spelling;  // of the word begun
    double ln_total;         // over all alignments
    double score;            // with the words
  };
  // A prefix that may be kept; when it is new to the tree, what to append.
  struct Candidate {
    Beam beam;
    PrefixTree::Node parent = HistoryTree::kNone;
    std::int32_t label = 0;
  };

  static Alignment Better(const Alignment& a, const Alignment& b) { return b.score > a.score ? b : a; }
  static void Sum(Beam& beam);

  void LoadRow(std::span<const float> log_probabilities);
  void KeepPrefixes();
  void ExtendPrefixes();
  void ExtendByWords(const Beam& from);
  void Extend(const Beam& from, std::int32_t label, Lexicon::Node spelling);
  Words WithWordBegun(const Beam& beam) const;
  Beam* FindKeptChild(std::int32_t label);
  void SelectBest();
  Beam Admit(const Candidate& candidate);
  void Compact();

  void SaveBeam(ByteWriter& writer, const Beam& beam) const;
  Beam RestoreBeam(ByteReader& reader) const;
  void RequireSameKind(ByteReader& reader) const;
  void RequireConsistent(ByteReader& reader, const Beam& beam) const;
  Hypothesis HypothesisOf(const Beam& beam) const;
  bool FinishSentence(Beam& beam) const;
  void DropWordBegun(Hypothesis& hypothesis) const;

  std::int32_t blank_;
  BeamSearchOptions options_;

  std::int64_t frame_ = 0;
  PrefixTree prefixes_;
  HistoryTree frames_;
  std::vector<Beam> beams_;  // best first

  // Of the frame being pushed; kept only for their memory.
  std::vector<float> row_;
  std::vector<std::int32_t> by_probability_;
  std::vector<Candidate> candidates_;  // the kept prefixes in the order of beams_, then the new ones
  std::vector<std::int32_t> order_;
  std::vector<std::int32_t> candidate_of_;  // per node of prefixes_: its place in candidates_, or -1
  std::vector<PrefixTree::Node> child_of_;  // per label: the child of the prefix being extended, or kNone
  double least_score_ = 0;                  // `width` candidates are certain to reach it
  std::size_t compact_at_ = 0;
};

}  // namespace stepwell::apps
