#include "stepwell/apps/deepspeech/audio_window.h"

#include <fmt/format.h>

#include <algorithm>

#include "stepwell/base/checked.h"
#include "stepwell/base/error.h"

namespace stepwell::apps {
namespace {

constexpr std::int64_t kMostSamples = std::int64_t{1} << 20;

}  // namespace

AudioWindow::AudioWindow(const Shape& shape) : shape_(shape) {
  if (shape.step < 1 || shape.step > shape.size || shape.size > kMostSamples) {
    throw Error(ErrorKind::kInvalidModel,
                fmt::format("a window of at most {} samples and a step of at most that expected, {} and {} found",
                            kMostSamples, shape.size, shape.step));
  }
  held_.reserve(AsSize(shape.size));
}

void AudioWindow::Push(std::span<const float> samples, Visit visit) {
  while (!samples.empty()) {
    const std::size_t taken = std::min(AsSize(shape_.size) - held_.size(), samples.size());
    held_.insert(held_.end(), samples.begin(), samples.begin() + static_cast<std::ptrdiff_t>(taken));
    samples = samples.subspan(taken);
    if (held_.size() < AsSize(shape_.size)) return;
    visit(held_);
    held_.erase(held_.begin(), held_.begin() + shape_.step);
  }
}

void AudioWindow::Flush(Visit visit) {
  held_.resize(AsSize(shape_.size), 0);
  visit(held_);
  held_.clear();
}

void AudioWindow::Save(ByteWriter& writer) const {
  writer.Write(shape_.size);
  writer.Write(shape_.step);
  writer.WriteArray<float>(held_);
}

void AudioWindow::Restore(ByteReader& reader) {
  const bool same_size = reader.Read<std::int64_t>() == shape_.size;
  const bool same_step = reader.Read<std::int64_t>() == shape_.step;
  reader.Require(same_size && same_step, "the stream was saved with windows of another size");
  std::vector<float> held = reader.ReadArray<float>();
  reader.Require(held.size() < AsSize(shape_.size), "more samples are held than a window has");
  held_ = std::move(held);
  held_.reserve(AsSize(shape_.size));
}

}  // namespace stepwell::apps
