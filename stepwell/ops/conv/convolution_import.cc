#include "stepwell/ops/conv/convolution_import.h"

#include <fmt/format.h>

#include "stepwell/ops/conv/convolution.h"
#include "stepwell/ops/layout/transpose.h"

namespace stepwell::ops::conv {
namespace {

// Which of the four axes of TensorFlow's lists and tensors are height and width.
struct ImageAxes {
  bool channels_last = true;
  std::size_t height() const { return channels_last ? 1 : 2; }
};

ImageAxes ImageAxesOf(const ImportSite& site) {
  const std::string format = site.node.StringAttr("data_format", "NHWC");
  if (format == "NHWC") return {true};
  if (format == "NCHW") return {false};
  throw Error(ErrorKind::kUnsupported,
              fmt::format("data_format of '{}' must be NHWC or NCHW and is '{}'", site.Name(), format));
}

// The two values for height and width of a list of one value an axis; 1 and 1 where the attribute is missing.
std::vector<std::int64_t> PairOf(const ImportSite& site, std::string_view attribute, ImageAxes axes) {
  const std::vector<std::int64_t> all = site.node.IntsAttr(attribute);
  if (all.empty()) return {1, 1};
  const std::size_t height = axes.height();
  if (all.size() != 4 || all[0] != 1 || all[axes.channels_last ? 3 : 1] != 1) {
    throw Error(ErrorKind::kUnsupported,
                fmt::format("{} of '{}' must be 4 numbers, 1 for batch and channels; found [{}]", attribute,
                            site.Name(), fmt::join(all, ",")));
  }
  return {all[height], all[height + 1]};
}

// The attribute lists a begin and an end for each of the four axes.
void SetExplicitPads(const ImportSite& site, ImageAxes axes, Window& window) {
  const std::vector<std::int64_t> pads = site.node.IntsAttr("explicit_paddings");
  if (pads.size() != 8) {
    throw Error(ErrorKind::kInvalidModel,
                fmt::format("explicit_paddings of '{}' must be 8 numbers and has {}", site.Name(), pads.size()));
  }
  const std::size_t at = 2 * axes.height();
  window.pads_begin = {pads[at], pads[at + 2]};
  window.pads_end = {pads[at + 1], pads[at + 3]};
}

Window WindowOf(const ImportSite& site, ImageAxes axes) {
  Window window{.strides = PairOf(site, "strides", axes),
                .dilations = PairOf(site, "dilations", axes),
                .pads_begin = {0, 0},
                .pads_end = {0, 0}};
  const std::string padding = site.node.StringAttr("padding", "");
  if (padding == "SAME") {
    window.auto_pad = AutoPad::kSameUpper;
  } else if (padding == "VALID") {
    window.auto_pad = AutoPad::kValid;
  } else if (padding == "EXPLICIT") {
    SetExplicitPads(site, axes, window);
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

}  // namespace

std::vector<ir::ValueId> ImportConv2D(const ImportSite& site) {
  const ImageAxes axes = ImageAxesOf(site);
  Convolution op;
  op.window = WindowOf(site, axes);
  const ir::ValueId weights = Transposed(site, "weights", site.input(1), {3, 2, 0, 1});
  if (!axes.channels_last) return {site.Add({}, op, {site.input(0), weights})};
  const ir::ValueId x = Transposed(site, "input", site.input(0), {0, 3, 1, 2});
  const ir::ValueId y = site.Add("convolution", op, {x, weights});
  return {Transposed(site, {}, y, {0, 2, 3, 1})};
}

}  // namespace stepwell::ops::conv
