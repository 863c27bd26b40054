#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "stepwell/converter/preprocess/axis_layout.h"

// mo's flags that put something between what the caller feeds and the graph. No parser looks at a graph; each throws
// Error(kInvalidArgument) that names the flag and shows the piece it cannot read.
namespace stepwell::converter {

// One piece of --mean_values or --scale_values: "name[1,2,3]", or "[1,2,3]" for the input at the same place.
struct ChannelValues {
  std::string input;  // empty: by place
  std::vector<float> values;
};

// One piece of the layout flags, of an input or an output.
struct LayoutRequest {
  std::string name;                  // empty: by place
  std::optional<AxisLayout> source;  // of the graph
  std::optional<AxisLayout> target;  // of what the caller feeds or gets
};

// What happens to what is fed: its axes are put into the graph's order, its channels reversed, the mean subtracted, and
// the rest divided by the scale.
struct Preprocessing {
  std::vector<ChannelValues> means = {};
  std::vector<ChannelValues> scales = {};
  std::optional<float> scale = {};  // of every input that has none in `scales`
  bool reverses_channels = false;
  std::vector<LayoutRequest> layouts = {};

  bool is_empty() const { return means.empty() && scales.empty() && !scale && !reverses_channels && layouts.empty(); }
};

// --mean_values "data[123,117,104],(1,2,3)"; `flag` is for messages.
std::vector<ChannelValues> ParseChannelValues(std::string_view text, std::string_view flag);
// --scale 255
float ParseScale(std::string_view text);
// --layout "a(nhwc->nchw),b[n,c]", or --source_layout and --target_layout.
std::vector<LayoutRequest> ParseLayouts(std::string_view layout, std::string_view source, std::string_view target);

}  // namespace stepwell::converter
