#include <fmt/format.h>

#include <bit>
#include <cmath>
#include <numbers>

#include "stepwell/ops/audio/audio_imports.h"
#include "stepwell/ops/audio/rdft.h"
#include "stepwell/ops/elementwise/binary.h"
#include "stepwell/ops/elementwise/unary.h"
#include "stepwell/ops/layout/pad.h"
#include "stepwell/ops/layout/squeeze.h"
#include "stepwell/ops/layout/transpose.h"
#include "stepwell/ops/reduce/reduce.h"
#include "stepwell/ops/select/gather.h"

namespace stepwell::ops::audio {
namespace {

// Frames and windows are spelled as constants, so their number must stay sensible.
constexpr std::int64_t kMostIndices = std::int64_t{1} << 24;
constexpr std::int64_t kMostWindow = std::int64_t{1} << 20;

struct Framing {
  std::int64_t samples = 0;
  std::int64_t window = 0;
  std::int64_t stride = 0;
  std::int64_t frames() const { return samples < window ? 0 : 1 + (samples - window) / stride; }
};

Framing FramingOf(const ImportSite& site) {
  const Shape& samples = site.type(0).shape;
  const Framing framing{.samples = samples.rank() == 2 ? samples[0] : kDynamic,
                        .window = site.node.IntAttr("window_size", 0),
                        .stride = site.node.IntAttr("stride", 0)};
  const bool fits = framing.samples != kDynamic && framing.window >= 2 && framing.window <= kMostWindow &&
                    framing.stride >= 1 && CheckedMul(framing.frames(), framing.window) <= kMostIndices;
  if (!fits) {
    throw Error(ErrorKind::kUnsupported,
                fmt::format("samples {} of '{}' cannot be cut into windows of {} every {}: their number must be known",
                            ToText(site.type(0)), site.node.name(), framing.window, framing.stride));
  }
  return framing;
}

// samples [channels, n] -> [channels, frames, window]
ir::ValueId AddFrames(const ImportSite& site, const Framing& framing, ir::ValueId samples) {
  if (framing.samples == framing.window) {
    return site.Add("frames", layout::Unsqueeze(), {samples, site.Ints("frames/axes", {1})});
  }
  std::vector<std::int64_t> indices;
  for (std::int64_t frame = 0; frame < framing.frames(); ++frame) {
    for (std::int64_t i = 0; i < framing.window; ++i) indices.push_back(frame * framing.stride + i);
  }
  const ir::ValueId places = site.graph.AddConstant(
      site.Name("frames/indices"), ir::ConstantData::OfInts({framing.frames(), framing.window}, indices));
  return site.Add("frames", select::Gather(), {samples, places, site.Int("frames/axis", 1)});
}

// Periodic: one period of the cosine spans the window and would begin again behind it.
ir::ValueId AddHannWindow(const ImportSite& site, std::int64_t window) {
  std::vector<float> weights;
  for (std::int64_t i = 0; i < window; ++i) {
    const double turn = 2 * std::numbers::pi * static_cast<double>(i) / static_cast<double>(window);
    weights.push_back(static_cast<float>(0.5 - 0.5 * std::cos(turn)));
  }
  return site.graph.AddConstant(site.Name("window"), ir::ConstantData::Of(Tensor::Of<float>({window}, weights)));
}

ir::ValueId AddPadding(const ImportSite& site, ir::ValueId frames, std::int64_t window) {
  const auto length = static_cast<std::int64_t>(std::bit_ceil(static_cast<std::uint64_t>(window)));
  if (length == window) return frames;
  return site.Add("padded", layout::Pad(),
                  {frames, site.Ints("padded/begin", {0, 0, 0}), site.Ints("padded/end", {0, 0, length - window})});
}

}  // namespace

std::vector<ir::ValueId> ImportAudioSpectrogram(const ImportSite& site) {
  const Framing framing = FramingOf(site);
  const ir::ValueId channels =
      site.Add("channels", layout::Transpose(), {site.input(0), site.Ints("channels/order", {1, 0})});
  const ir::ValueId frames = AddFrames(site, framing, channels);
  const ir::ValueId weighted =
      site.Add("weighted", elementwise::Multiply(), {frames, AddHannWindow(site, framing.window)});
  const ir::ValueId padded = AddPadding(site, weighted, framing.window);
  const ir::ValueId bins = site.Add("bins", Rdft(), {padded, site.Ints("bins/axes", {2})});
  const ir::ValueId squares = site.Add("squares", elementwise::Multiply(), {bins, bins});
  const bool squared = site.node.BoolAttr("magnitude_squared", false);
  const ir::ValueId power =
      site.Add(squared ? "" : "power", reduce::ReduceSum(), {squares, site.Ints("power/axes", {3})});
  return {squared ? power : site.Add("", elementwise::Sqrt(), {power})};
}

}  // namespace stepwell::ops::audio
