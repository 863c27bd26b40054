#include "stepwell/ops/conv/convolution_import.h"

#include "stepwell/ops/conv/convolution.h"
#include "stepwell/ops/conv/group_convolution.h"
#include "stepwell/ops/conv/image_attributes.h"
#include "stepwell/ops/layout/squeeze.h"

namespace stepwell::ops::conv {
namespace {

// Adds the op between the transposes that the format needs.
template <class ConcreteOp>
std::vector<ir::ValueId> Convolved(const ImportSite& site, ConcreteOp op, ir::ValueId weights) {
  const ImageFormat format = ImageFormatOf(site);
  op.window = WindowOf(site, format, HeightAndWidth(site, "strides", format));
  const ir::ValueId x = ChannelsFirst(site, site.input(0), format);
  return {AsFormatted(site, site.Add(WindowSuffix(format, "convolution"), op, {x, weights}), format)};
}

}  // namespace

std::vector<ir::ValueId> ImportConv2D(const ImportSite& site) {
  return Convolved(site, Convolution(), Transposed(site, "weights", site.input(1), {3, 2, 0, 1}));
}

std::vector<ir::ValueId> ImportDepthwiseConv2D(const ImportSite& site) {
  const ir::ValueId planes = Transposed(site, "weights", site.input(1), {2, 3, 0, 1});
  const ir::ValueId weights =
      site.Add("weights/grouped", layout::Unsqueeze(), {planes, site.Ints("weights/axis", {2})});
  return Convolved(site, GroupConvolution(), weights);
}

}  // namespace stepwell::ops::conv
