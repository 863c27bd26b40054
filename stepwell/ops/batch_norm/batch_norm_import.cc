#include "stepwell/ops/batch_norm/batch_norm_import.h"

#include <fmt/format.h>

#include "stepwell/ops/conv/image_attributes.h"
#include "stepwell/ops/elementwise/binary.h"
#include "stepwell/ops/layout/squeeze.h"

namespace stepwell::ops::batch_norm {
namespace {

using elementwise::Add;
using elementwise::Multiply;
using elementwise::Power;
using elementwise::Subtract;

void RequireInference(const ImportSite& site) {
  if (site.node.BoolAttr("is_training", true)) {
    throw Error(ErrorKind::kUnsupported,
                fmt::format("'{}' ({}) normalises with the mean and variance of the batch it is given "
                            "(is_training=true); export the graph for inference",
                            site.Name(), site.node.op()));
  }
}

// A vector of one value a channel in the shape that broadcasts along the channels of x.
ir::ValueId AlongChannels(const ImportSite& site, std::string_view suffix, ir::ValueId vector) {
  if (conv::ImageFormatOf(site) == conv::ImageFormat::kNhwc) return vector;
  const std::string name = std::string(suffix) + "/channels_first";
  return site.Add(name, layout::Unsqueeze(), {vector, site.Ints(name + "/axes", {1, 2})});
}

}  // namespace

std::vector<ir::ValueId> ImportFusedBatchNorm(const ImportSite& site) {
  RequireInference(site);
  const ir::ValueId mean = site.input(3), variance = site.input(4);
  const ir::ValueId epsilon = site.Float("epsilon", site.node.FloatAttr("epsilon", 1e-4F));
  const ir::ValueId sum = site.Add("variance", Add(), {variance, epsilon});
  const ir::ValueId inverse = site.Add("inverse", Power(), {sum, site.Float("exponent", -0.5F)});
  const ir::ValueId scale = site.Add("scale", Multiply(), {inverse, site.input(1)});
  const ir::ValueId moved = site.Add("moved_mean", Multiply(), {mean, scale});
  const ir::ValueId shift = site.Add("shift", Subtract(), {site.input(2), moved});
  const ir::ValueId scaled = site.Add("scaled", Multiply(), {site.input(0), AlongChannels(site, "scale", scale)});
  const ir::ValueId y = site.Add({}, Add(), {scaled, AlongChannels(site, "shift", shift)});
  return {y, mean, variance, mean, variance};
}

}  // namespace stepwell::ops::batch_norm
