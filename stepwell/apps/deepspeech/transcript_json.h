#pragma once

#include <span>
#include <string>

#include "stepwell/apps/deepspeech/alphabet.h"
#include "stepwell/apps/deepspeech/ctc_decoder.h"

namespace stepwell::apps {

// The transcripts, best first (at least one), in the layout of DeepSpeech's native client (`deepspeech --json`):
//   {"metadata": {"confidence": C}, "words": [{"word": W, "time": T, "duration": D}, ...],
//    "alternatives": [{"metadata": ..., "words": ...}, ...]}
// with times in seconds, the confidence being the score, and alternatives only if there are more than one transcript.
std::string TranscriptJson(std::span<const Hypothesis> transcripts, const Alphabet& alphabet, double seconds_per_frame);

}  // namespace stepwell::apps
