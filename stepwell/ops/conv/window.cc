#include "stepwell/ops/conv/window.h"

#include <fmt/format.h>

#include <algorithm>

#include "stepwell/base/checked.h"

namespace stepwell::ops::conv {
namespace {

// Far above any real network, and low enough for products of two of them.
constexpr std::int64_t kLargest = 1 << 30;

void RequireValues(std::string_view what, const std::vector<std::int64_t>& values, int axes, std::int64_t least) {
  if (values.empty()) return;
  const bool fits = std::ssize(values) == axes && std::all_of(values.begin(), values.end(), [&](std::int64_t value) {
                      return value >= least && value <= kLargest;
                    });
  if (fits) return;
  throw Error(ErrorKind::kInvalidModel, fmt::format("{} must be {} numbers from {} to {}; found [{}]", what, axes,
                                                    least, kLargest, fmt::join(values, ",")));
}

std::int64_t ValueAt(const std::vector<std::int64_t>& values, int axis, std::int64_t fallback) {
  return values.empty() ? fallback : values[AsSize(axis)];
}

// The pads that make `output` windows fit.
void PadToSame(AutoPad auto_pad, std::int64_t span, WindowAxis& along) {
  const std::int64_t total = std::max<std::int64_t>(0, (along.output - 1) * along.stride + span - along.input);
  const std::int64_t smaller = total / 2;
  along.pad_begin = auto_pad == AutoPad::kSameUpper ? smaller : total - smaller;
  along.pad_end = total - along.pad_begin;
}

// How many windows there are when the last one must begin at `last` or before, and may reach beyond as `rounding` says.
std::int64_t CountWindows(Rounding rounding, std::int64_t last, const WindowAxis& along) {
  const std::int64_t whole = last / along.stride + 1;
  if (rounding == Rounding::kFloor || last % along.stride == 0) return whole;
  const bool begins_in_end_padding = CheckedMul(whole, along.stride) >= CheckedAdd(along.input, along.pad_begin);
  return rounding == Rounding::kCeilTorch && begins_in_end_padding ? whole : whole + 1;
}

}  // namespace

void RequireExtents(const std::vector<std::int64_t>& extents, int axes) { RequireValues("kernel", extents, axes, 1); }

void RequireWindow(const Window& window, int axes) {
  RequireValues("strides", window.strides, axes, 1);
  RequireValues("dilations", window.dilations, axes, 1);
  RequireValues("pads_begin", window.pads_begin, axes, 0);
  RequireValues("pads_end", window.pads_end, axes, 0);
}

WindowAxis WindowAlong(const Window& window, int axis, Dim input, Dim kernel) {
  WindowAxis along{.input = input,
                   .kernel = kernel,
                   .stride = ValueAt(window.strides, axis, 1),
                   .dilation = ValueAt(window.dilations, axis, 1),
                   .output = kDynamic};
  if (window.auto_pad == AutoPad::kExplicit) {
    along.pad_begin = ValueAt(window.pads_begin, axis, 0);
    along.pad_end = ValueAt(window.pads_end, axis, 0);
  }
  if (input == kDynamic || kernel == kDynamic) return along;
  const std::int64_t span = CheckedAdd(CheckedMul(kernel - 1, along.dilation), std::int64_t{1});
  if (window.auto_pad == AutoPad::kSameUpper || window.auto_pad == AutoPad::kSameLower) {
    along.output = CheckedAdd(input, along.stride - 1) / along.stride;
    PadToSame(window.auto_pad, span, along);
    // Where these pads are none, OpenVINO rounds by the attribute nevertheless.
    if (along.output == 0) return along;
  }
  const std::int64_t padded = CheckedAdd(input, along.pad_begin + along.pad_end);
  if (kernel < 1 || span > padded) {
    throw Error(ErrorKind::kInvalidModel,
                fmt::format("a kernel of {} taps with dilation {} does not fit {} elements with pads {} and {}", kernel,
                            along.dilation, input, along.pad_begin, along.pad_end));
  }
  along.output = CountWindows(window.rounding, padded - span, along);
  return along;
}

}  // namespace stepwell::ops::conv
