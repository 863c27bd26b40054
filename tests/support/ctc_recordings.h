#pragma once

// For the tests of the decoders: what is recorded below models/deepspeech.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "stepwell/apps/deepspeech/ctc_decoder.h"
#include "stepwell/base/file.h"
#include "stepwell/base/npy.h"
#include "stepwell/base/text.h"

namespace stepwell::apps {

inline std::filesystem::path DeepSpeechModels() { return STEPWELL_SOURCE_DIR "/models/deepspeech"; }

inline std::string ReadSmallFile(const std::filesystem::path& path) { return ReadTextFile(path, 1 << 20); }

inline nlohmann::json ReadJson(const std::filesystem::path& path) { return nlohmann::json::parse(ReadSmallFile(path)); }

// The probabilities [frames, classes] of a .npy file, as rows of log-probabilities.
inline std::vector<std::vector<float>> ReadRows(const std::filesystem::path& path) {
  const Tensor probabilities = ReadNpy(path);
  const auto classes = AsSize(probabilities.type().shape[1]);
  const std::span<const float> values = probabilities.as<float>();
  std::vector<std::vector<float>> rows;
  for (std::size_t begin = 0; begin < values.size(); begin += classes) {
    rows.emplace_back(classes);
    ToLogProbabilities(RowKind::kProbabilities, values.subspan(begin, classes), rows.back());
  }
  return rows;
}

// The recordings of the trained model: names such as "public_01", with the rows TensorFlow gave.
struct TrainedRecording {
  std::string name;
  nlohmann::json expected;  // of trained/expected.json
  std::vector<std::vector<float>> rows;
};
inline std::vector<TrainedRecording> TrainedRecordings() {
  std::vector<TrainedRecording> recordings;
  for (const nlohmann::json& expected : ReadJson(DeepSpeechModels() / "trained/expected.json")) {
    const std::string name = std::filesystem::path(expected["file"].get<std::string>()).stem().string();
    recordings.push_back({name, expected, ReadRows(DeepSpeechModels() / "recorded/decoding" / name / "probs.npy")});
  }
  return recordings;
}

// All that a decoder remembers.
inline std::vector<std::byte> Saved(const CtcDecoder& decoder) {
  ByteWriter writer;
  decoder.Save(writer);
  return writer.Take();
}

// Stops `decoder` after every frame of `rows`, saves it, restores it into a copy of `fresh`, lets that go on to the end
// and expects what the decoder itself comes to. Every `stride`-th frame only.
inline void ExpectGoesOnAfterRestoring(const CtcDecoder& fresh, const std::vector<std::vector<float>>& rows,
                                       std::size_t stride) {
  const auto whole = fresh.Clone();
  for (const auto& row : rows) whole->Push(row);
  const auto first_part = fresh.Clone();
  for (std::size_t split = 0; split < rows.size(); ++split) {
    if (split % stride == 0) {
      const std::vector<std::byte> bytes = Saved(*first_part);
      const auto second_part = fresh.Clone();
      ByteReader reader(bytes, "decoder");
      second_part->Restore(reader);
      reader.ExpectEnd();
      EXPECT_EQ(Saved(*second_part), bytes);
      for (std::size_t i = split; i < rows.size(); ++i) second_part->Push(rows[i]);
      ASSERT_EQ(Saved(*second_part), Saved(*whole)) << "split before frame " << split;
    }
    first_part->Push(rows[split]);
  }
}

// Damages every byte of the saved decoder in turn, and cuts it off there: either Restore throws, leaving the decoder as
// it was, or it gives a decoder that can be used.
inline void ExpectSurvivesDamage(const CtcDecoder& decoder, const std::vector<float>& row) {
  const std::vector<std::byte> whole = Saved(decoder);
  for (std::size_t at = 0; at < whole.size(); ++at) {
    std::vector<std::byte> damaged = whole;
    damaged[at] ^= std::byte{0x81};
    for (const std::size_t size : {at, whole.size()}) {
      const auto restored = decoder.Clone();
      ByteReader reader(std::span<const std::byte>(damaged).first(size), "decoder");
      try {
        restored->Restore(reader);
        EXPECT_EQ(size, whole.size());
        restored->Push(row);
        EXPECT_FALSE(restored->Finish(3).empty());
      } catch (const Error&) {
        EXPECT_EQ(Saved(*restored), whole) << "damaged at byte " << at;
      }
    }
  }
}

}  // namespace stepwell::apps
