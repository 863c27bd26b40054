#pragma once

#include <string>
#include <vector>

#include "stepwell/apps/deepspeech/alphabet.h"
#include "stepwell/apps/deepspeech/ctc_decoder.h"

namespace stepwell::apps {

// A word as DeepSpeech's client times it: from the start of its first letter to that of the space behind it, or to
// that of its last letter at the end of the transcript.
struct TimedWord {
  std::string text;
  double start_seconds = 0;
  double duration_seconds = 0;
};

// The text without white space around it.
std::string TextOf(const Hypothesis& hypothesis, const Alphabet& alphabet);

// The words between spaces; the whole is one word when the alphabet has no space.
std::vector<TimedWord> WordsOf(const Hypothesis& hypothesis, const Alphabet& alphabet, double seconds_per_frame);

}  // namespace stepwell::apps
