#include "stepwell/apps/deepspeech/ctc_greedy.h"

#include <algorithm>
#include <cmath>

namespace stepwell::apps {
namespace {

constexpr std::uint32_t kTag = 0x64657267;  // "gred"

}  // namespace

void CtcGreedy::Push(std::span<const float> log_probabilities) {
  RequireRow(log_probabilities, blank_ + 1, frame_);
  const auto best = std::max_element(log_probabilities.begin(), log_probabilities.end());
  const auto label = static_cast<std::int32_t>(best - log_probabilities.begin());
  if (label != blank_ && label != last_) letters_.push_back({label, frame_});
  score_ += *best;
  last_ = label;
  ++frame_;
}

std::vector<Hypothesis> CtcGreedy::Finish(std::size_t /*most*/) const { return {Best()}; }

void CtcGreedy::Save(ByteWriter& writer) const {
  writer.Write(kTag);
  writer.Write(blank_);
  writer.Write(last_);
  writer.Write(frame_);
  writer.Write(score_);
  writer.Write<std::uint64_t>(letters_.size());
  for (const Letter& letter : letters_) {
    writer.Write(letter.label);
    writer.Write(letter.frame);
  }
}

void CtcGreedy::Restore(ByteReader& reader) {
  reader.Require(reader.Read<std::uint32_t>() == kTag, "the stream was saved with another kind of decoder than greedy");
  reader.Require(reader.Read<std::int32_t>() == blank_, "the stream was saved with another alphabet");
  CtcGreedy restored(blank_);
  restored.last_ = reader.Read<std::int32_t>();
  restored.frame_ = reader.Read<std::int64_t>();
  restored.score_ = reader.Read<double>();
  for (auto count = reader.Read<std::uint64_t>(); count > 0; --count) {
    const Letter letter{reader.Read<std::int32_t>(), reader.Read<std::int64_t>()};
    reader.Require(letter.label >= 0 && letter.label < blank_, "a letter is not one of the alphabet");
    restored.letters_.push_back(letter);
  }
  reader.Require(
      restored.last_ >= 0 && restored.last_ <= blank_ && restored.frame_ >= 0 && !std::isnan(restored.score_),
      "the decoder's state contradicts itself");
  *this = std::move(restored);
}

}  // namespace stepwell::apps
