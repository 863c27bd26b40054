#include "stepwell/ops/pool/pool_import.h"

#include "stepwell/ops/conv/image_attributes.h"
#include "stepwell/ops/pool/pool.h"

namespace stepwell::ops::pool {
namespace {

using Numbers = std::vector<std::int64_t>;

// Adds the op between the transposes that the format needs.
template <class ConcreteOp>
std::vector<ir::ValueId> Pooled(const ImportSite& site, ConcreteOp op, const Numbers& extents, const Numbers& strides) {
  const conv::ImageFormat format = conv::ImageFormatOf(site);
  op.pool.extents = conv::HeightAndWidth(site, "ksize", extents, format);
  op.pool.window = conv::WindowOf(site, format, conv::HeightAndWidth(site, "strides", strides, format));
  const ir::ValueId x = conv::ChannelsFirst(site, site.input(0), format);
  return {conv::AsFormatted(site, site.Add(conv::WindowSuffix(format, "pool"), op, {x}), format)};
}

}  // namespace

std::vector<ir::ValueId> ImportMaxPool(const ImportSite& site) {
  return Pooled(site, MaxPool(), site.node.IntsAttr("ksize"), site.node.IntsAttr("strides"));
}

std::vector<ir::ValueId> ImportMaxPoolV2(const ImportSite& site) {
  return Pooled(site, MaxPool(), site.ConstInts(1), site.ConstInts(2));
}

std::vector<ir::ValueId> ImportAvgPool(const ImportSite& site) {
  return Pooled(site, AvgPool(), site.node.IntsAttr("ksize"), site.node.IntsAttr("strides"));
}

}  // namespace stepwell::ops::pool
