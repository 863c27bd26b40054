#pragma once

#include <optional>
#include <string>
#include <vector>

#include "stepwell/converter/preprocess/preprocess_options.h"
#include "stepwell/ir/graph.h"

namespace stepwell::converter {

// What is done to one input or output; everything in the order of the graph's own axes.
struct PortPlan {
  std::vector<std::string> labels;                // of the graph's axes; empty where nobody says
  std::optional<AxisLayout> layout;               // to be written down: that of what the caller feeds or gets
  std::optional<std::vector<std::string>> order;  // labels of what the caller feeds or gets, where they differ
  std::vector<float> mean;                        // empty: none; one: of all elements; else one a channel
  std::vector<float> scale;
  bool reverses_channels = false;
  std::optional<int> channels;  // the axis

  bool is_empty() const { return !order && mean.empty() && scale.empty() && !reverses_channels; }
};

struct PreprocessPlan {
  std::vector<PortPlan> inputs;   // by index in graph.inputs()
  std::vector<PortPlan> outputs;  // by index in graph.outputs()
};

// Brings the flags together with a graph; see Preprocess() for what it throws.
PreprocessPlan PlanPreprocessing(const ir::Graph& graph, const Preprocessing& wishes,
                                 std::vector<std::string>& warnings);
// Only the layouts.
PreprocessPlan PlanLayouts(const ir::Graph& graph, const Preprocessing& wishes);

}  // namespace stepwell::converter
