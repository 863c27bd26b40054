#include "stepwell/ops/layout/layout_imports.h"
#include "stepwell/ops/layout/slice.h"

namespace stepwell::ops::layout {
namespace {

// TensorFlow's masks are the bits of one integer.
std::vector<std::int64_t> MaskAttr(const ImportSite& site, std::string_view key, std::size_t length) {
  const auto bits = static_cast<std::uint64_t>(site.node.IntAttr(key, 0));
  std::vector<std::int64_t> mask;
  for (std::size_t i = 0; i < length; ++i) mask.push_back(i < 64 ? static_cast<std::int64_t>(bits >> i & 1) : 0);
  return mask;
}

std::size_t NumBegins(const ImportSite& site) {
  const Shape& begin = site.type(1).shape;
  if (begin.rank() != 1 || !begin.is_static()) {
    throw Error(ErrorKind::kInvalidModel, "the begin of '" + std::string(site.node.name()) +
                                              "' must be a vector of known length and is " + ToText(site.type(1)));
  }
  return AsSize(begin[0]);
}

}  // namespace

std::vector<ir::ValueId> ImportStridedSlice(const ImportSite& site) {
  const std::size_t length = NumBegins(site);
  StridedSlice op;
  op.begin_mask = MaskAttr(site, "begin_mask", length);
  op.end_mask = MaskAttr(site, "end_mask", length);
  op.new_axis_mask = MaskAttr(site, "new_axis_mask", length);
  op.shrink_axis_mask = MaskAttr(site, "shrink_axis_mask", length);
  op.ellipsis_mask = MaskAttr(site, "ellipsis_mask", length);
  return {site.Add("", std::move(op), {site.input(0), site.input(1), site.input(2), site.input(3)})};
}

}  // namespace stepwell::ops::layout
