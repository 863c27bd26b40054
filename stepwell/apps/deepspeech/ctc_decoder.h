#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "stepwell/base/byte_stream.h"

namespace stepwell::apps {

// A label of a transcript and the frame in which its sound begins.
struct Letter {
  std::int32_t label = 0;
  std::int64_t frame = 0;
  friend bool operator==(const Letter&, const Letter&) = default;
};

// What may have been said, with its score: a natural logarithm, that of its probability under the model where no
// language model takes part.
struct Hypothesis {
  std::vector<Letter> letters;
  double score = 0;
};

// Turns the rows of a CTC model into text, row by row as they come. A decoder is one stream's: not thread-safe.
class CtcDecoder {
 public:
  CtcDecoder() = default;
  virtual ~CtcDecoder() = default;

  // The next frame: one natural log-probability (-infinity allowed, NaN refused) per class, blank last. Throws
  // Error(kInvalidArgument) for a row of another size or with NaN, before anything has changed.
  virtual void Push(std::span<const float> log_probabilities) = 0;

  // The likeliest text of what has come so far, in the middle of a word or not.
  virtual Hypothesis Best() const = 0;
  // The likeliest texts, best first, if nothing more comes: at least one, at most `most`.
  virtual std::vector<Hypothesis> Finish(std::size_t most) const = 0;

  // Back to before the first row.
  virtual void Reset() = 0;
  virtual std::unique_ptr<CtcDecoder> Clone() const = 0;

  // All it remembers; a decoder made with the same arguments goes on from it bit for bit. Restore throws
  // Error(kInvalidModel) for bytes of another kind of decoder, or damaged ones, and then leaves the decoder as it was.
  virtual void Save(ByteWriter& writer) const = 0;
  virtual void Restore(ByteReader& reader) = 0;

 protected:
  CtcDecoder(const CtcDecoder&) = default;
  CtcDecoder& operator=(const CtcDecoder&) = default;
};

// What the rows of a model are.
enum class RowKind : std::uint8_t { kProbabilities, kLogits };

// A row as natural log-probabilities. Probabilities gain the smallest normal float first, so that zero has a logarithm
// (as DeepSpeech's client does); logits are normalised. `row` and `log_probabilities` have one value per class.
void ToLogProbabilities(RowKind kind, std::span<const float> row, std::span<float> log_probabilities);

// Throws Error(kInvalidArgument) unless the row has `classes` values and none is NaN; `frame` is for the message.
void RequireRow(std::span<const float> row, std::int32_t classes, std::int64_t frame);

}  // namespace stepwell::apps
