#include "stepwell/apps/deepspeech/speech_part.h"

#include <utility>

#include "stepwell/base/checked.h"
#include "stepwell/base/error.h"

namespace stepwell::apps {

SpeechPart::SpeechPart(std::unique_ptr<FeatureSource> source, const FeatureShape& shape,
                       std::unique_ptr<CtcDecoder> decoder)
    : shape_(shape), source_(std::move(source)), batch_(shape), decoder_(std::move(decoder)) {}

void SpeechPart::TakeSamples(std::span<const std::int16_t> samples) {
  Require(!has_ended_, ErrorKind::kInvalidArgument, "the audio has ended; reset the stream to transcribe more");
  source_->Push(samples, [&](std::span<const float> frame) { AddFrame(frame); });
  samples_taken_ += static_cast<std::int64_t>(samples.size());
}

void SpeechPart::TakeEnd() {
  if (std::exchange(has_ended_, true)) return;
  source_->Flush([&](std::span<const float> frame) { AddFrame(frame); });
  batch_.Flush([&](std::span<const float> windows, std::int64_t length) { AddDue(windows, length); });
}

void SpeechPart::AddFrame(std::span<const float> frame) {
  batch_.Push(frame, [&](std::span<const float> windows, std::int64_t length) { AddDue(windows, length); });
}

void SpeechPart::AddDue(std::span<const float> windows, std::int64_t length) {
  due_.push_back({{windows.begin(), windows.end()}, length});
}

void SpeechPart::TakeRows(std::span<const float> log_probabilities) {
  STEPWELL_CHECK(!due_.empty());
  const std::size_t rows = AsSize(due_.front().length);
  due_.pop_front();
  const std::size_t classes = log_probabilities.size() / rows;
  for (std::size_t row = 0; row < rows; ++row) {
    decoder_->Push(log_probabilities.subspan(row * classes, classes));
    ++frames_decoded_;
  }
}

std::unique_ptr<state::StreamPart> SpeechPart::Fresh() const {
  std::unique_ptr<CtcDecoder> decoder = decoder_->Clone();
  decoder->Reset();
  return std::make_unique<SpeechPart>(source_->Fresh(), shape_, std::move(decoder));
}

void SpeechPart::Save(ByteWriter& writer) const {
  writer.Write(samples_taken_);
  writer.Write(frames_decoded_);
  writer.Write<std::uint8_t>(has_ended_ ? 1 : 0);
  source_->Save(writer);
  batch_.Save(writer);
  writer.Write<std::uint64_t>(due_.size());
  for (const Call& call : due_) {
    writer.Write(call.length);
    writer.WriteArray<float>(call.windows);
  }
  decoder_->Save(writer);
}

void SpeechPart::Restore(ByteReader& reader) {
  samples_taken_ = reader.Read<std::int64_t>();
  frames_decoded_ = reader.Read<std::int64_t>();
  const auto has_ended = reader.Read<std::uint8_t>();
  reader.Require(samples_taken_ >= 0 && frames_decoded_ >= 0 && has_ended <= 1, "its counts are out of range");
  has_ended_ = has_ended == 1;
  source_->Restore(reader);
  batch_.Restore(reader);
  for (auto count = reader.Read<std::uint64_t>(); count > 0; --count) due_.push_back(RestoreCall(reader));
  decoder_->Restore(reader);
}

SpeechPart::Call SpeechPart::RestoreCall(ByteReader& reader) const {
  Call call;
  call.length = reader.Read<std::int64_t>();
  call.windows = reader.ReadArray<float>();
  const bool fits = call.length >= 1 && call.length <= shape_.steps &&
                    call.windows.size() == AsSize(shape_.steps * shape_.window_values());
  reader.Require(fits, "a call that was due does not fit the model");
  return call;
}

}  // namespace stepwell::apps
