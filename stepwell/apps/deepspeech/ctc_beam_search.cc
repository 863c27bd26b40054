#include "stepwell/apps/deepspeech/ctc_beam_search.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "stepwell/base/error.h"

namespace stepwell::apps {
namespace {

constexpr double kNever = -std::numeric_limits<double>::infinity();
constexpr std::int32_t kMostWidth = 100'000;

// ln(exp(a) + exp(b))
double LogSum(double a, double b) {
  if (a < b) std::swap(a, b);
  return b == kNever ? a : a + std::log1p(std::exp(b - a));
}

void RequireInRange(const BeamSearchOptions& options) {
  if (options.width < 1 || options.width > kMostWidth) {
    throw Error(ErrorKind::kInvalidArgument,
                fmt::format("a beam width of 1 to {} expected, {} given", kMostWidth, options.width));
  }
  if (options.cutoff_top_n < 1 || !(options.cutoff_probability > 0 && options.cutoff_probability <= 1)) {
    throw Error(ErrorKind::kInvalidArgument,
                fmt::format("a cut-off of at least one class and a probability in (0, 1] expected, {} and {} given",
                            options.cutoff_top_n, options.cutoff_probability));
  }
  if (!std::isfinite(options.alpha) || !std::isfinite(options.beta)) {
    throw Error(ErrorKind::kInvalidArgument,
                fmt::format("finite weights alpha and beta expected, {} and {} given", options.alpha, options.beta));
  }
}

}  // namespace

CtcBeamSearch::CtcBeamSearch(std::int32_t blank, BeamSearchOptions options)
    : blank_(blank), options_(std::move(options)) {
  RequireInRange(options_);
  const Alignment none{kNever, HistoryTree::kRoot};
  const Words words{0, options_.language_model ? options_.language_model->begin() : 0};
  beams_.push_back({HistoryTree::kRoot, 0, kNever, {0, HistoryTree::kRoot}, none, words, Lexicon::kRoot, 0, 0});
  candidate_of_.assign(1, -1);
  child_of_.assign(static_cast<std::size_t>(blank_), HistoryTree::kNone);
  Compact();
}

void CtcBeamSearch::Push(std::span<const float> log_probabilities) {
  RequireRow(log_probabilities, blank_ + 1, frame_);
  LoadRow(log_probabilities);
  KeepPrefixes();
  ExtendPrefixes();
  SelectBest();
  ++frame_;
  if (prefixes_.labels().size() + frames_.size() > compact_at_) Compact();
}

// Classes that are cut off become impossible.
void CtcBeamSearch::LoadRow(std::span<const float> log_probabilities) {
  row_.assign(log_probabilities.begin(), log_probabilities.end());
  if (std::cmp_greater_equal(options_.cutoff_top_n, row_.size()) && options_.cutoff_probability >= 1) return;
  by_probability_.resize(row_.size());
  std::iota(by_probability_.begin(), by_probability_.end(), 0);
  std::stable_sort(by_probability_.begin(), by_probability_.end(), [&](std::int32_t a, std::int32_t b) {
    return log_probabilities[static_cast<std::size_t>(a)] > log_probabilities[static_cast<std::size_t>(b)];
  });
  double reached = 0;
  std::int32_t taken = 0;
  for (const std::int32_t label : by_probability_) {
    float& value = row_[static_cast<std::size_t>(label)];
    const bool enough = options_.cutoff_probability < 1 && reached >= options_.cutoff_probability;
    if (taken++ >= options_.cutoff_top_n || enough) value = -std::numeric_limits<float>::infinity();
    reached += std::exp(static_cast<double>(value));
  }
}

void CtcBeamSearch::Sum(Beam& beam) {
  beam.ln_total = LogSum(beam.ln_blank, beam.ln_letter);
  beam.score = beam.ln_total + beam.words.score;
}

// Every prefix stays itself when a blank or its last letter again is heard.
void CtcBeamSearch::KeepPrefixes() {
  candidates_.clear();
  least_score_ = std::numeric_limits<double>::infinity();
  const double blank = row_[static_cast<std::size_t>(blank_)];
  for (const Beam& from : beams_) {
    const std::int32_t label = prefixes_.label(from.prefix);
    const double repeat = label < 0 ? kNever : row_[static_cast<std::size_t>(label)];
    Beam to = from;
    to.ln_blank = from.ln_total + blank;
    to.ln_letter = from.ln_letter + repeat;
    to.by_blank = Better(from.by_blank, from.by_letter);
    to.by_blank.score += blank;
    to.by_letter.score += repeat;
    Sum(to);
    least_score_ = std::min(least_score_, to.score);
    candidate_of_[static_cast<std::size_t>(from.prefix)] = static_cast<std::int32_t>(candidates_.size());
    candidates_.push_back({to});
  }
  if (std::cmp_less(beams_.size(), options_.width)) least_score_ = kNever;
}

void CtcBeamSearch::ExtendPrefixes() {
  for (const Beam& from : beams_) {
    prefixes_.ForEachChild(from.prefix, [&](std::int32_t label, PrefixTree::Node child) {
      child_of_[static_cast<std::size_t>(label)] = child;
    });
    if (options_.language_model) {
      ExtendByWords(from);
    } else {
      for (std::int32_t label = 0; label < blank_; ++label) Extend(from, label, Lexicon::kRoot);
    }
    prefixes_.ForEachChild(from.prefix, [&](std::int32_t label, PrefixTree::Node) {
      child_of_[static_cast<std::size_t>(label)] = HistoryTree::kNone;
    });
  }
}

void CtcBeamSearch::ExtendByWords(const Beam& from) {
  const Lexicon& lexicon = options_.language_model->lexicon();
  for (const Lexicon::Arc& arc : lexicon.arcs(from.spelling)) Extend(from, arc.label, arc.target);
  if (lexicon.word(from.spelling)) Extend(from, options_.language_model->space(), Lexicon::kRoot);
}

void CtcBeamSearch::Extend(const Beam& from, std::int32_t label, Lexicon::Node spelling) {
  // A letter heard twice in a row is two only when a blank parts them.
  const bool repeated = label == prefixes_.label(from.prefix);
  const double heard = row_[static_cast<std::size_t>(label)];
  const double ln_letter = (repeated ? from.ln_blank : from.ln_total) + heard;
  if (ln_letter == kNever) return;
  Alignment by_letter = repeated ? from.by_blank : Better(from.by_blank, from.by_letter);
  by_letter.score += heard;
  by_letter.begins_now = true;
  if (Beam* kept = FindKeptChild(label)) {
    kept->ln_letter = LogSum(kept->ln_letter, ln_letter);
    kept->by_letter = Better(kept->by_letter, by_letter);
    Sum(*kept);
    return;
  }
  const bool ends_word = options_.language_model && label == options_.language_model->space();
  const Words words = ends_word ? WithWordBegun(from) : from.words;
  const double score = ln_letter + words.score;
  if (score < least_score_) return;
  const Beam to{child_of_[static_cast<std::size_t>(label)],
                kNever,
                ln_letter,
                {kNever, HistoryTree::kRoot},
                by_letter,
                words,
                spelling,
                ln_letter,
                score};
  candidates_.push_back({to, from.prefix, label});
}

CtcBeamSearch::Beam* CtcBeamSearch::FindKeptChild(std::int32_t label) {
  const PrefixTree::Node child = child_of_[static_cast<std::size_t>(label)];
  if (child == HistoryTree::kNone) return nullptr;
  const std::int32_t candidate = candidate_of_[static_cast<std::size_t>(child)];
  return candidate < 0 ? nullptr : &candidates_[static_cast<std::size_t>(candidate)].beam;
}

// The word begun must be one of the model's.
CtcBeamSearch::Words CtcBeamSearch::WithWordBegun(const Beam& beam) const {
  const WordLanguageModel& model = *options_.language_model;
  const NgramModel::Scored scored = model.Score(beam.words.state, model.lexicon().word(beam.spelling).value());
  return {beam.words.score + options_.alpha * scored.ln_probability + options_.beta, scored.next};
}

void CtcBeamSearch::SelectBest() {
  order_.resize(candidates_.size());
  std::iota(order_.begin(), order_.end(), 0);
  const auto is_better = [&](std::int32_t a, std::int32_t b) {
    const double score_a = candidates_[static_cast<std::size_t>(a)].beam.score;
    const double score_b = candidates_[static_cast<std::size_t>(b)].beam.score;
    return score_a != score_b ? score_a > score_b : a < b;
  };
  const std::size_t most = std::min(order_.size(), static_cast<std::size_t>(options_.width));
  auto end = order_.begin() + static_cast<std::ptrdiff_t>(most);
  std::nth_element(order_.begin(), end, order_.end(), is_better);
  std::sort(order_.begin(), end, is_better);
  const auto is_impossible = [&](std::int32_t a) {
    return candidates_[static_cast<std::size_t>(a)].beam.score == kNever;
  };
  end = std::find_if(order_.begin() + 1, end, is_impossible);

  for (const Beam& beam : beams_) candidate_of_[static_cast<std::size_t>(beam.prefix)] = -1;
  beams_.clear();
  for (auto chosen = order_.begin(); chosen != end; ++chosen) {
    beams_.push_back(Admit(candidates_[static_cast<std::size_t>(*chosen)]));
  }
}

CtcBeamSearch::Beam CtcBeamSearch::Admit(const Candidate& candidate) {
  Beam beam = candidate.beam;
  if (beam.prefix == HistoryTree::kNone) {
    beam.prefix = prefixes_.Append(candidate.parent, candidate.label);
    candidate_of_.push_back(-1);
  }
  if (beam.by_letter.begins_now) {
    beam.by_letter.frames = frames_.Append(beam.by_letter.frames, frame_);
    beam.by_letter.begins_now = false;
  }
  return beam;
}

// Forgets the prefixes and alignments that no beam leads to.
void CtcBeamSearch::Compact() {
  std::vector<HistoryTree::Node> kept_prefixes;
  std::vector<HistoryTree::Node> kept_frames;
  for (const Beam& beam : beams_) {
    kept_prefixes.push_back(beam.prefix);
    kept_frames.push_back(beam.by_blank.frames);
    kept_frames.push_back(beam.by_letter.frames);
  }
  const std::vector<HistoryTree::Node> prefixes = prefixes_.Compact(kept_prefixes);
  const std::vector<HistoryTree::Node> frames = frames_.Compact(kept_frames);
  for (Beam& beam : beams_) {
    beam.prefix = prefixes[static_cast<std::size_t>(beam.prefix)];
    beam.by_blank.frames = frames[static_cast<std::size_t>(beam.by_blank.frames)];
    beam.by_letter.frames = frames[static_cast<std::size_t>(beam.by_letter.frames)];
  }
  candidate_of_.assign(prefixes_.labels().size(), -1);
  const std::size_t size = prefixes_.labels().size() + frames_.size();
  compact_at_ = 2 * size + 64 * static_cast<std::size_t>(options_.width);
}

Hypothesis CtcBeamSearch::HypothesisOf(const Beam& beam) const {
  const std::vector<std::int64_t> labels = prefixes_.labels().SequenceOf(beam.prefix);
  const std::vector<std::int64_t> frames = frames_.SequenceOf(Better(beam.by_blank, beam.by_letter).frames);
  STEPWELL_CHECK(labels.size() == frames.size());
  Hypothesis hypothesis;
  hypothesis.score = beam.score;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    hypothesis.letters.push_back({static_cast<std::int32_t>(labels[i]), frames[i]});
  }
  return hypothesis;
}

Hypothesis CtcBeamSearch::Best() const { return HypothesisOf(beams_.front()); }

std::vector<Hypothesis> CtcBeamSearch::Finish(std::size_t most) const {
  std::vector<Beam> ends;
  for (Beam beam : beams_) {
    if (FinishSentence(beam)) ends.push_back(beam);
  }
  std::stable_sort(ends.begin(), ends.end(), [](const Beam& a, const Beam& b) { return a.score > b.score; });
  std::vector<Hypothesis> found;
  for (const Beam& beam : ends) {
    if (found.size() == most) break;
    found.push_back(HypothesisOf(beam));
  }
  if (found.empty()) {
    found.push_back(Best());
    DropWordBegun(found.front());
  }
  return found;
}

// The last word and the end of the sentence join the score; false when the last word is not one of the model's.
bool CtcBeamSearch::FinishSentence(Beam& beam) const {
  if (!options_.language_model) return true;
  const WordLanguageModel& model = *options_.language_model;
  if (beam.spelling != Lexicon::kRoot) {
    if (!model.lexicon().word(beam.spelling)) return false;
    beam.words = WithWordBegun(beam);
  }
  beam.words.score += options_.alpha * model.ScoreEnd(beam.words.state);
  beam.score = beam.ln_total + beam.words.score;
  return true;
}

void CtcBeamSearch::DropWordBegun(Hypothesis& hypothesis) const {
  if (!options_.language_model) return;
  std::vector<Letter>& letters = hypothesis.letters;
  while (!letters.empty() && letters.back().label != options_.language_model->space()) letters.pop_back();
}

}  // namespace stepwell::apps
