#include "stepwell/ops/conv/image_attributes.h"

#include <fmt/format.h>

#include "stepwell/ops/layout/transpose.h"

namespace stepwell::ops::conv {
namespace {

// Where height stands among the four axes; width follows.
std::size_t HeightAxis(ImageFormat format) { return format == ImageFormat::kNhwc ? 1 : 2; }
std::size_t ChannelAxis(ImageFormat format) { return format == ImageFormat::kNhwc ? 3 : 1; }

// The attribute lists a begin and an end for each of the four axes.
void SetExplicitPads(const ImportSite& site, ImageFormat format, Window& window) {
  const std::vector<std::int64_t> pads = site.node.IntsAttr("explicit_paddings");
  if (pads.size() != 8) {
    throw Error(ErrorKind::kInvalidModel,
                fmt::format("explicit_paddings of '{}' must be 8 numbers and has {}", site.Name(), pads.size()));
  }
  const std::size_t at = 2 * HeightAxis(format);
  window.pads_begin = {pads[at], pads[at + 2]};
  window.pads_end = {pads[at + 1], pads[at + 3]};
}

}  // namespace

ImageFormat ImageFormatOf(const ImportSite& site) {
  const std::string format = site.node.StringAttr("data_format", "NHWC");
  if (format == "NHWC") return ImageFormat::kNhwc;
  if (format == "NCHW") return ImageFormat::kNchw;
  throw Error(ErrorKind::kUnsupported,
              fmt::format("data_format of '{}' must be NHWC or NCHW and is '{}'", site.Name(), format));
}

std::vector<std::int64_t> HeightAndWidth(const ImportSite& site, std::string_view what,
                                         const std::vector<std::int64_t>& list, ImageFormat format) {
  if (list.size() != 4 || list[0] != 1 || list[ChannelAxis(format)] != 1) {
    throw Error(ErrorKind::kUnsupported, fmt::format("{} of '{}' must be 4 numbers, 1 for batch and channels; found "
                                                     "[{}]",
                                                     what, site.Name(), fmt::join(list, ",")));
  }
  const std::size_t height = HeightAxis(format);
  return {list[height], list[height + 1]};
}

std::vector<std::int64_t> HeightAndWidth(const ImportSite& site, std::string_view attribute, ImageFormat format) {
  const std::vector<std::int64_t> list = site.node.IntsAttr(attribute);
  if (list.empty()) return {1, 1};
  return HeightAndWidth(site, attribute, list, format);
}

Window WindowOf(const ImportSite& site, ImageFormat format, std::vector<std::int64_t> strides) {
  Window window{.strides = std::move(strides),
                .dilations = HeightAndWidth(site, "dilations", format),
                .pads_begin = {0, 0},
                .pads_end = {0, 0}};
  const std::string padding = site.node.StringAttr("padding", "");
  if (padding == "SAME") {
    window.auto_pad = AutoPad::kSameUpper;
  } else if (padding == "VALID") {
    window.auto_pad = AutoPad::kValid;
  } else if (padding == "EXPLICIT") {
    SetExplicitPads(site, format, window);
  } else {
    throw Error(ErrorKind::kUnsupported,
                fmt::format("padding of '{}' must be SAME, VALID or EXPLICIT and is '{}'", site.Name(), padding));
  }
  return window;
}

ir::ValueId Transposed(const ImportSite& site, std::string_view suffix, ir::ValueId value,
                       std::vector<std::int64_t> order) {
  const std::string name = suffix.empty() ? "output_order" : std::string(suffix) + "/order";
  return site.Add(suffix, layout::Transpose(), {value, site.Ints(name, std::move(order))});
}

ir::ValueId ChannelsFirst(const ImportSite& site, ir::ValueId image, ImageFormat format) {
  return format == ImageFormat::kNhwc ? Transposed(site, "input", image, {0, 3, 1, 2}) : image;
}

ir::ValueId AsFormatted(const ImportSite& site, ir::ValueId image, ImageFormat format) {
  return format == ImageFormat::kNhwc ? Transposed(site, {}, image, {0, 2, 3, 1}) : image;
}

std::string_view WindowSuffix(ImageFormat format, std::string_view suffix) {
  return format == ImageFormat::kNhwc ? suffix : std::string_view();
}

}  // namespace stepwell::ops::conv
