#include <fmt/format.h>

#include "stepwell/ops/audio/audio_imports.h"
#include "stepwell/ops/audio/mel.h"
#include "stepwell/ops/elementwise/binary.h"
#include "stepwell/ops/elementwise/unary.h"
#include "stepwell/ops/matmul/matmul.h"

namespace stepwell::ops::audio {
namespace {

// Channels below it count as this loud: the logarithm of silence.
constexpr float kFloor = 1e-12F;

MelBands BandsOf(const ImportSite& site) {
  const Shape& bins = site.type(0).shape;
  if (bins.rank() != 3 || bins[2] == kDynamic) {
    throw Error(ErrorKind::kUnsupported, fmt::format("the spectrogram of '{}' must be [channels, frames, bins] with a "
                                                     "known number of bins; it is {}",
                                                     site.node.name(), ToText(site.type(0))));
  }
  return {.bins = bins[2],
          .sample_rate_hz = static_cast<double>(site.ConstInt(1)),
          .lower_hz = double{site.node.FloatAttr("lower_frequency_limit", 20)},
          .upper_hz = double{site.node.FloatAttr("upper_frequency_limit", 4000)},
          .channels = site.node.IntAttr("filterbank_channel_count", 40)};
}

ir::ValueId AddMatrix(const ImportSite& site, std::string_view suffix, const Shape& shape,
                      const std::vector<float>& elements) {
  return site.graph.AddConstant(site.Name(suffix), ir::ConstantData::Of(Tensor::Of<float>(shape, elements)));
}

}  // namespace

std::vector<ir::ValueId> ImportMfcc(const ImportSite& site) {
  const MelBands bands = BandsOf(site);
  const std::int64_t coefficients = site.node.IntAttr("dct_coefficient_count", 13);
  const ir::ValueId magnitudes = site.Add("magnitudes", elementwise::Sqrt(), {site.input(0)});
  const ir::ValueId mel = AddMatrix(site, "mel", {bands.bins, bands.channels}, MelMatrix(bands));
  const ir::ValueId channels = site.Add("channels", matmul::MatMul(), {magnitudes, mel});
  const ir::ValueId audible = site.Add("audible", elementwise::Maximum(), {channels, site.Float("floor", kFloor)});
  const ir::ValueId loudness = site.Add("loudness", elementwise::Log(), {audible});
  const ir::ValueId cosines =
      AddMatrix(site, "cosines", {bands.channels, coefficients}, CosineMatrix(bands.channels, coefficients));
  return {site.Add("", matmul::MatMul(), {loudness, cosines})};
}

}  // namespace stepwell::ops::audio
