#include <cstdint>
#include <cstring>
#include <memory>
#include <vector>

#include "fuzz/support/fuzz_target.h"
#include "fuzz/support/mutate_and_seal.h"
#include "stepwell/apps/deepspeech/client_features.h"
#include "stepwell/apps/deepspeech/ctc_beam_search.h"
#include "stepwell/apps/deepspeech/speech_part.h"
#include "stepwell/base/crc32c.h"
#include "stepwell/base/error.h"
#include "tests/support/small_stream.h"

// A snapshot: restored into a stream of a small model and, by its kind, into a transcription.

namespace stepwell::fuzz {
namespace {

constexpr std::size_t kLengthOffset = 12;  // docs/snapshot-format.md

// Length and checksum as they would be for these bytes.
void SealSnapshot(std::span<std::byte> bytes) {
  const std::uint64_t length = bytes.size();
  if (length < kLengthOffset + sizeof(length) + sizeof(std::uint32_t)) return;
  std::memcpy(bytes.data() + kLengthOffset, &length, sizeof(length));
  const std::size_t checked = bytes.size() - sizeof(std::uint32_t);
  const std::uint32_t crc = Crc32c(bytes.first(checked));
  std::memcpy(bytes.data() + checked, &crc, sizeof(crc));
}

std::unique_ptr<apps::SpeechPart> SmallTranscription() {
  constexpr std::int32_t kBlank = 3;
  apps::BeamSearchOptions options;
  options.width = 8;
  return std::make_unique<apps::SpeechPart>(std::make_unique<apps::ClientFeatures>(),
                                            apps::FeatureShape{.steps = 2, .context = 1, .features = 26},
                                            std::make_unique<apps::CtcBeamSearch>(kBlank, options));
}

// Goes on as a transcription would.
void Transcribe(apps::SpeechPart& part) {
  const std::vector<std::int16_t> samples(3000, 100);
  part.TakeSamples(samples);
  while (const auto* call = part.due()) {
    const std::vector<float> rows(static_cast<std::size_t>(call->length) * 4, -1.4F);
    part.TakeRows(rows);
  }
  part.decoder().Finish(2);
}

}  // namespace

void FuzzOne(Bytes input) {
  static testing::SmallRunner runner;
  state::Stream stream = runner.Open();
  const state::Snapshot snapshot = state::ReadSnapshot(input);
  if (snapshot.part_kind == "deepspeech 1") {
    const auto part = SmallTranscription();
    ByteReader reader(snapshot.part, "the part");
    part->Restore(reader);
    Transcribe(*part);
  }
  stream.Restore(snapshot);
  runner.Step(stream, 1);
}

}  // namespace stepwell::fuzz

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most, unsigned seed) {
  return stepwell::fuzz::MutateAndSeal(data, size, most, seed,
                                       [](std::span<std::byte> file) { stepwell::fuzz::SealSnapshot(file); });
}
