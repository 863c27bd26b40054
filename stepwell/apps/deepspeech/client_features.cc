#include "stepwell/apps/deepspeech/client_features.h"

#include <vector>

#include "stepwell/base/checked.h"

namespace stepwell::apps {
namespace {

constexpr float kPreEmphasis = 0.97f;
constexpr AudioWindow::Shape kWindow{.size = 400, .step = 160};

}  // namespace

ClientFeatures::ClientFeatures() : mfcc_({}), window_(kWindow) {}

void ClientFeatures::Push(std::span<const std::int16_t> samples, Visit visit) {
  std::vector<float> emphasised;
  emphasised.reserve(samples.size());
  for (const std::int16_t sample : samples) {
    emphasised.push_back(static_cast<float>(sample) - kPreEmphasis * static_cast<float>(last_sample_));
    last_sample_ = sample;
  }
  window_.Push(emphasised, [&](std::span<const float> window) { UseWindow(window, visit); });
}

void ClientFeatures::Flush(Visit visit) {
  window_.Flush([&](std::span<const float> window) { UseWindow(window, visit); });
}

void ClientFeatures::UseWindow(std::span<const float> window, Visit visit) {
  const bool leave_out = leave_out_next_ != 0;
  leave_out_next_ = leave_out ? 0 : 1;
  if (leave_out) return;
  std::vector<float> frame(AsSize(features()));
  mfcc_.Compute(window, frame);
  visit(frame);
}

void ClientFeatures::Reset() {
  window_.Reset();
  last_sample_ = 0;
  leave_out_next_ = 0;
}

void ClientFeatures::Save(ByteWriter& writer) const {
  window_.Save(writer);
  writer.Write(last_sample_);
  writer.Write(leave_out_next_);
}

void ClientFeatures::Restore(ByteReader& reader) {
  AudioWindow window(kWindow);
  window.Restore(reader);
  const auto last_sample = reader.Read<std::int16_t>();
  const auto leave_out_next = reader.Read<std::uint8_t>();
  reader.Require(leave_out_next <= 1, "the window's turn is neither 0 nor 1");
  window_ = std::move(window);
  last_sample_ = last_sample;
  leave_out_next_ = leave_out_next;
}

}  // namespace stepwell::apps
