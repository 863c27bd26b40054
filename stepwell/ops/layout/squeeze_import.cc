#include "stepwell/ops/layout/layout_imports.h"
#include "stepwell/ops/layout/squeeze.h"

namespace stepwell::ops::layout {
namespace {

std::vector<std::int64_t> AxesOfExtentOne(const Shape& shape) {
  std::vector<std::int64_t> axes;
  for (int axis = 0; axis < shape.rank(); ++axis) {
    if (shape[axis] == 1) axes.push_back(axis);
  }
  return axes;
}

}  // namespace

std::vector<ir::ValueId> ImportExpandDims(const ImportSite& site) {
  return {site.Add("", Unsqueeze{}, {site.input(0), site.input(1)})};
}

// Without axes those that are 1 now are named, so that freeing another dimension later does not change the rank.
std::vector<ir::ValueId> ImportSqueeze(const ImportSite& site) {
  std::vector<std::int64_t> axes = site.node.IntsAttr("squeeze_dims");
  const Shape& data = site.type(0).shape;
  if (axes.empty() && !data.is_static()) return {site.Add("", Squeeze{}, {site.input(0)})};
  if (axes.empty()) axes = AxesOfExtentOne(data);
  return {site.Add("", Squeeze{}, {site.input(0), site.Ints("axes", std::move(axes))})};
}

}  // namespace stepwell::ops::layout
