#pragma once

#include "stepwell/apps/deepspeech/ctc_decoder.h"

namespace stepwell::apps {

// The likeliest class of every frame (the first of equals); repeats become one letter, blanks none. The score is that
// of this one path.
class CtcGreedy final : public CtcDecoder {
 public:
  // `blank` is the last class, so rows have blank + 1 values.
  explicit CtcGreedy(std::int32_t blank) : blank_(blank), last_(blank) {}

  void Push(std::span<const float> log_probabilities) override;
  Hypothesis Best() const override { return {letters_, score_}; }
  std::vector<Hypothesis> Finish(std::size_t most) const override;
  void Reset() override { *this = CtcGreedy(blank_); }
  std::unique_ptr<CtcDecoder> Clone() const override { return std::make_unique<CtcGreedy>(*this); }
  void Save(ByteWriter& writer) const override;
  void Restore(ByteReader& reader) override;

 private:
  std::int32_t blank_;
  std::int32_t last_;  // the class of the last frame
  std::int64_t frame_ = 0;
  double score_ = 0;
  std::vector<Letter> letters_;
};

}  // namespace stepwell::apps
