#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "stepwell/base/shape.h"
#include "stepwell/ir/fields.h"

namespace stepwell::ops::conv {

// How a window is kept inside its input: by given pads; by pads that make the output ceil(input / stride) long, the odd
// one at the end (upper) or at the beginning (lower); or by none.
enum class AutoPad : std::uint8_t { kExplicit, kSameUpper, kSameLower, kValid };
inline constexpr std::array<std::string_view, 4> kAutoPadNames = {"explicit", "same_upper", "same_lower", "valid"};

// What becomes of the last elements where the stride leaves some over: they are left out, or a last window reaches
// beyond them, or does so only where it does not begin in the end padding (ceil_torch).
enum class Rounding : std::uint8_t { kFloor, kCeil, kCeilTorch };
inline constexpr std::array<std::string_view, 3> kRoundingNames = {"floor", "ceil", "ceil_torch"};

// A window that slides along spatial axes; one entry an axis. Vectors left empty mean strides and dilations of 1 and
// pads of 0.
struct Window {
  std::vector<std::int64_t> strides = {};
  std::vector<std::int64_t> dilations = {};  // 1: the taps are neighbours
  std::vector<std::int64_t> pads_begin = {};
  std::vector<std::int64_t> pads_end = {};
  AutoPad auto_pad = AutoPad::kExplicit;
  Rounding rounding = Rounding::kFloor;
};

// The attributes of a window as OpenVINO's convolutions have them.
void WindowFields(auto& window, auto& field) {
  field("strides", window.strides);
  field("dilations", window.dilations);
  field("pads_begin", window.pads_begin);
  field("pads_end", window.pads_end);
  ir::EnumField(field, "auto_pad", window.auto_pad, kAutoPadNames);
}

// A window along one axis. `input`, `kernel` and the pads of AutoPad::kSame… may be kDynamic.
struct WindowAxis {
  Dim input = 1;
  Dim kernel = 1;
  std::int64_t stride = 1;
  std::int64_t dilation = 1;
  std::int64_t pad_begin = 0;
  std::int64_t pad_end = 0;
  Dim output = 1;
};

// Throws Error(kInvalidModel) when a vector has another length than `axes` or a value that makes no window.
void RequireWindow(const Window& window, int axes);
// The same of the extents of a pooling's windows.
void RequireExtents(const std::vector<std::int64_t>& extents, int axes);
// With the pads that auto_pad means and the output's extent. The window must fit (RequireWindow); throws
// Error(kInvalidModel) when the kernel is longer than the padded input.
WindowAxis WindowAlong(const Window& window, int axis, Dim input, Dim kernel);

}  // namespace stepwell::ops::conv
