#include "stepwell/apps/deepspeech/resampler.h"

#include <fmt/format.h>
#include <samplerate.h>

#include <array>

#include "stepwell/base/error.h"

namespace stepwell::apps {
namespace {

struct Delete {
  void operator()(SRC_STATE* state) const { ::src_delete(state); }
};

}  // namespace

class Resampler::Impl {
 public:
  explicit Impl(double output_over_input) : ratio(output_over_input) {
    int error = 0;
    state.reset(::src_new(SRC_SINC_MEDIUM_QUALITY, 1, &error));
    if (!state) throw Error(ErrorKind::kIo, fmt::format("libsamplerate: {}", ::src_strerror(error)));
  }

  double ratio;
  std::unique_ptr<SRC_STATE, Delete> state;
};

Resampler::Resampler(std::int64_t from_hz, std::int64_t to_hz) {
  const double ratio = static_cast<double>(to_hz) / static_cast<double>(from_hz);
  if (::src_is_valid_ratio(ratio) == 0) {
    throw Error(ErrorKind::kUnsupported, fmt::format("sound at {} Hz cannot be brought to the model's {} Hz: rates may "
                                                     "be 256 times apart at most",
                                                     from_hz, to_hz));
  }
  impl_ = std::make_unique<Impl>(ratio);
}

Resampler::~Resampler() = default;

void Resampler::Push(std::span<const float> samples, std::vector<float>& out) {
  if (!samples.empty()) Process(samples, 0, out);
}

void Resampler::Flush(std::vector<float>& out) { Process({}, 1, out); }

void Resampler::Process(std::span<const float> samples, int at_end, std::vector<float>& out) {
  std::array<float, 4096> room{};
  static constexpr float kNothing = 0;
  while (true) {
    SRC_DATA data{};
    data.data_in = samples.empty() ? &kNothing : samples.data();
    data.input_frames = static_cast<long>(samples.size());
    data.data_out = room.data();
    data.output_frames = static_cast<long>(room.size());
    data.end_of_input = at_end;
    data.src_ratio = impl_->ratio;
    const int error = ::src_process(impl_->state.get(), &data);
    if (error != 0) throw Error(ErrorKind::kIo, fmt::format("libsamplerate: {}", ::src_strerror(error)));
    out.insert(out.end(), room.begin(), room.begin() + data.output_frames_gen);
    samples = samples.subspan(static_cast<std::size_t>(data.input_frames_used));
    if (samples.empty() && data.output_frames_gen < data.output_frames) return;
  }
}

}  // namespace stepwell::apps
