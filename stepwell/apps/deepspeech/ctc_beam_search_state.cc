// CtcBeamSearch's part of a snapshot.
#include <cmath>
#include <utility>

#include "stepwell/apps/deepspeech/ctc_beam_search.h"

namespace stepwell::apps {
namespace {

constexpr std::uint32_t kTag = 0x6d616562;  // "beam"
constexpr double kMostScore = 1e12;

}  // namespace

void CtcBeamSearch::Save(ByteWriter& writer) const {
  writer.Write(kTag);
  writer.Write(blank_);
  writer.Write(options_.width);
  writer.Write(options_.cutoff_top_n);
  writer.Write(options_.cutoff_probability);
  writer.Write(options_.alpha);
  writer.Write(options_.beta);
  writer.Write<std::uint64_t>(options_.language_model ? options_.language_model->fingerprint() : 0);
  CtcBeamSearch compact = *this;
  compact.Compact();
  writer.Write(frame_);
  compact.prefixes_.labels().Save(writer);
  compact.frames_.Save(writer);
  writer.Write<std::uint64_t>(compact.beams_.size());
  for (const Beam& beam : compact.beams_) SaveBeam(writer, beam);
}

void CtcBeamSearch::RequireSameKind(ByteReader& reader) const {
  reader.Require(reader.Read<std::uint32_t>() == kTag,
                 "the stream was saved with another kind of decoder than a beam search");
  reader.Require(reader.Read<std::int32_t>() == blank_, "the stream was saved with another alphabet");
  bool same = reader.Read<std::int32_t>() == options_.width;
  same &= reader.Read<std::int32_t>() == options_.cutoff_top_n;
  same &= reader.Read<double>() == options_.cutoff_probability;
  same &= reader.Read<double>() == options_.alpha;
  same &= reader.Read<double>() == options_.beta;
  const std::uint64_t fingerprint = options_.language_model ? options_.language_model->fingerprint() : 0;
  same &= reader.Read<std::uint64_t>() == fingerprint;
  reader.Require(same, "the stream was saved with another beam width, other weights or another language model");
}

void CtcBeamSearch::Restore(ByteReader& reader) {
  RequireSameKind(reader);
  CtcBeamSearch restored(blank_, options_);
  restored.frame_ = reader.Read<std::int64_t>();
  reader.Require(restored.frame_ >= 0, "a negative frame");
  restored.prefixes_ = PrefixTree(HistoryTree::Restore(reader, blank_));
  restored.frames_ = HistoryTree::Restore(reader, restored.frame_);
  const auto count = reader.Read<std::uint64_t>();
  reader.Require(count >= 1 && count <= static_cast<std::uint64_t>(options_.width), "a beam of impossible size");
  restored.beams_.clear();
  for (std::uint64_t i = 0; i < count; ++i) restored.beams_.push_back(restored.RestoreBeam(reader));
  restored.Compact();
  *this = std::move(restored);
}

void CtcBeamSearch::SaveBeam(ByteWriter& writer, const Beam& beam) const {
  writer.Write(beam.prefix);
  writer.Write(beam.ln_blank);
  writer.Write(beam.ln_letter);
  for (const Alignment& alignment : {beam.by_blank, beam.by_letter}) {
    writer.Write(alignment.score);
    writer.Write(alignment.frames);
  }
  writer.Write(beam.words.score);
  writer.Write(beam.words.state);
  writer.Write(beam.spelling);
}

CtcBeamSearch::Beam CtcBeamSearch::RestoreBeam(ByteReader& reader) const {
  Beam beam{};
  beam.prefix = reader.Read<PrefixTree::Node>();
  beam.ln_blank = reader.Read<double>();
  beam.ln_letter = reader.Read<double>();
  for (Alignment* alignment : {&beam.by_blank, &beam.by_letter}) {
    alignment->score = reader.Read<double>();
    alignment->frames = reader.Read<HistoryTree::Node>();
  }
  beam.words.score = reader.Read<double>();
  beam.words.state = reader.Read<WordLanguageModel::State>();
  beam.spelling = reader.Read<Lexicon::Node>();
  Sum(beam);
  RequireConsistent(reader, beam);
  return beam;
}

void CtcBeamSearch::RequireConsistent(ByteReader& reader, const Beam& beam) const {
  const auto is_node = [](HistoryTree::Node node, const HistoryTree& tree) {
    return node >= 0 && static_cast<std::size_t>(node) < tree.size();
  };
  bool ok = is_node(beam.prefix, prefixes_.labels());
  for (const Alignment& alignment : {beam.by_blank, beam.by_letter}) ok &= is_node(alignment.frames, frames_);
  for (const double value :
       {beam.ln_blank, beam.ln_letter, beam.by_blank.score, beam.by_letter.score, beam.words.score}) {
    ok &= value < kMostScore;  // not so for NaN
  }
  const WordLanguageModel* model = options_.language_model.get();
  ok &= beam.words.state < (model ? model->num_states() : 1);
  ok &= beam.spelling < (model ? model->lexicon().num_nodes() : 1);
  reader.Require(ok, "a beam that cannot be");
  const std::size_t letters = prefixes_.labels().SequenceOf(beam.prefix).size();
  const HistoryTree::Node frames = Better(beam.by_blank, beam.by_letter).frames;
  reader.Require(frames_.SequenceOf(frames).size() == letters, "a beam whose letters and frames differ in number");
}

}  // namespace stepwell::apps
