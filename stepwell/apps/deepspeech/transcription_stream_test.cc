#include <gtest/gtest.h>

#include <algorithm>

#include "stepwell/apps/deepspeech/ctc_beam_search.h"
#include "stepwell/apps/deepspeech/transcriber.h"
#include "stepwell/base/error.h"
#include "stepwell/converter/convert.h"
#include "tests/support/ctc_recordings.h"

// What holds of every transcription, wherever it is saved, forked or taken back.
namespace stepwell::apps {
namespace {

using Bytes = std::vector<std::byte>;

Transcriber MakeTranscriber(const std::string& path, std::shared_ptr<const CtcDecoder> decoder = nullptr) {
  converter::ConvertOptions options;
  options.source.model = DeepSpeechModels() / path;
  return Transcriber(runtime::LoadedModel::Of(converter::Convert(options).graph), {.decoder = std::move(decoder)});
}

// About two seconds: 6 calls and a partial one.
std::vector<std::int16_t> Sound() {
  const Tensor pcm = ReadNpy(DeepSpeechModels() / "recorded/stream-0.9.3-64-arctic/pcm_int16.npy");
  const auto samples = pcm.as<std::int16_t>();
  return {samples.begin(), samples.begin() + 33333};
}

class EveryTranscription : public ::testing::TestWithParam<const char*> {
 protected:
  const Transcriber& transcriber() const { return transcriber_; }
  TranscriptionStream Heard(std::size_t samples, std::size_t rewind_depth = 0) const {
    TranscriptionStream stream = transcriber_.Open(rewind_depth);
    stream.Push(std::span(sound_).first(samples));
    return stream;
  }
  std::span<const std::int16_t> SoundFrom(std::size_t sample) const { return std::span(sound_).subspan(sample); }

  // The whole memory of the stream once the sound from `sample` on and its end have been heard.
  Bytes EndOf(TranscriptionStream& stream, std::size_t sample) const {
    stream.Push(SoundFrom(sample));
    stream.Finish();
    return stream.Save();
  }
  const Bytes& end() const { return end_; }
  std::size_t size() const { return sound_.size(); }

  void SetUp() override {
    TranscriptionStream whole = transcriber_.Open();
    end_ = EndOf(whole, 0);
  }

 private:
  std::vector<std::int16_t> sound_ = Sound();
  Transcriber transcriber_ =
      MakeTranscriber(GetParam(), std::make_shared<CtcBeamSearch>(28, BeamSearchOptions{.width = 16}));
  Bytes end_;
};

TEST_P(EveryTranscription, GoesOnBitForBitFromWhereItWasSaved) {
  for (std::size_t split = 0; split <= size(); split += 1709) {
    const Bytes saved = Heard(split).Save();
    TranscriptionStream restored = transcriber().Open();
    restored.Restore(saved);
    EXPECT_EQ(restored.samples_taken(), static_cast<std::int64_t>(split));
    ASSERT_EQ(EndOf(restored, split), end()) << split;
  }
}

TEST_P(EveryTranscription, ForksWithoutTouchingTheParent) {
  TranscriptionStream parent = Heard(20000);
  const Bytes before = parent.Save();
  TranscriptionStream fork = parent.Fork();
  fork.Finish();
  EXPECT_EQ(parent.Save(), before);
  EXPECT_EQ(EndOf(parent, 20000), end());
}

TEST_P(EveryTranscription, IsRewoundToBeforeItsLastCalls) {
  for (const std::size_t calls : {std::size_t{1}, std::size_t{3}}) {
    TranscriptionStream stream = Heard(30000, 4);
    const auto frames = stream.frames_decoded();
    stream.Rewind(calls);
    EXPECT_EQ(stream.frames_decoded(), frames - 16 * static_cast<std::int64_t>(calls));
    EXPECT_LE(stream.samples_taken(), 30000);
    ASSERT_EQ(EndOf(stream, static_cast<std::size_t>(stream.samples_taken())), end()) << calls;
  }
}

TEST_P(EveryTranscription, IsRewoundOverItsEnd) {
  TranscriptionStream stream = Heard(size(), 2);
  stream.Finish();
  stream.Rewind(1);
  EXPECT_NE(stream.Save(), end());
  stream.Finish();
  EXPECT_EQ(stream.Save(), end());
}

TEST_P(EveryTranscription, IsAsNewAfterReset) {
  TranscriptionStream stream = Heard(12345);
  stream.Finish();
  EXPECT_THROW(stream.Push(SoundFrom(0)), Error);
  stream.Reset();
  EXPECT_EQ(stream.Text(), "");
  EXPECT_EQ(EndOf(stream, 0), end());
}

TEST_P(EveryTranscription, GivesATextOfNoSound) {
  TranscriptionStream stream = transcriber().Open();
  stream.Finish();
  EXPECT_GT(stream.frames_decoded(), 0);
  EXPECT_EQ(stream.Transcripts(3).empty(), false);
}

INSTANTIATE_TEST_SUITE_P(Of, EveryTranscription,
                         ::testing::Values("0.3.0-64/output_graph.pb", "0.9.3-64/output_graph.pb"),
                         [](const auto& test) { return test.param[2] == '3' ? "Model030" : "Model093"; });

TEST(TranscriptionStream, RefusesSnapshotsOfOthers) {
  const Transcriber transcriber = MakeTranscriber("0.9.3-64/output_graph.pb");
  TranscriptionStream stream = transcriber.Open();
  const Transcriber other_model = MakeTranscriber("0.9.3-64-peaky/output_graph.pb");
  EXPECT_THROW(stream.Restore(other_model.Open().Save()), Error);
  const auto beam_search = std::make_shared<CtcBeamSearch>(28, BeamSearchOptions{});
  const Transcriber other_decoder = MakeTranscriber("0.9.3-64/output_graph.pb", beam_search);
  EXPECT_THROW(stream.Restore(other_decoder.Open().Save()), Error);
}

}  // namespace
}  // namespace stepwell::apps
