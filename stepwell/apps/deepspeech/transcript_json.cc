#include "stepwell/apps/deepspeech/transcript_json.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "stepwell/apps/deepspeech/transcript.h"
#include "stepwell/base/error.h"

namespace stepwell::apps {
namespace {

using Json = nlohmann::ordered_json;

// Without the digits that sums of hundredths leave behind.
double Rounded(double seconds) { return std::round(seconds * 1e4) / 1e4; }

Json JsonOf(const Hypothesis& transcript, const Alphabet& alphabet, double seconds_per_frame) {
  Json json;
  json["metadata"]["confidence"] = transcript.score;
  json["words"] = Json::array();
  for (const TimedWord& word : WordsOf(transcript, alphabet, seconds_per_frame)) {
    json["words"].push_back(
        {{"word", word.text}, {"time", Rounded(word.start_seconds)}, {"duration", Rounded(word.duration_seconds)}});
  }
  return json;
}

}  // namespace

std::string TranscriptJson(std::span<const Hypothesis> transcripts, const Alphabet& alphabet,
                           double seconds_per_frame) {
  STEPWELL_CHECK(!transcripts.empty());
  Json json = JsonOf(transcripts.front(), alphabet, seconds_per_frame);
  for (const Hypothesis& transcript : transcripts.subspan(1)) {
    json["alternatives"].push_back(JsonOf(transcript, alphabet, seconds_per_frame));
  }
  // An alphabet of bytes may give texts that are not UTF-8.
  return json.dump(2, ' ', false, Json::error_handler_t::replace);
}

}  // namespace stepwell::apps
