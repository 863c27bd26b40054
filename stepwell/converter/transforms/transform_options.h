#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace stepwell::converter {

// mo's --transform, parsed: what is done to a graph once it is converted.
struct TransformRequests {
  // Loops keep their state between calls.
  struct LowLatency {
    bool starts_at_zero = true;  // use_const_initializer: else with what the graph starts its loops with
  };

  std::vector<LowLatency> low_latency;          // none or one
  std::map<std::string, std::string> stateful;  // MakeStateful's param_res_names: input -> output
  bool prunes = false;

  // Whether states are to be ReadValue and Assign in the file.
  bool makes_stateful() const { return !low_latency.empty() || !stateful.empty(); }
};

// "LowLatency2[use_const_initializer=False],MakeStateful[param_res_names={'in':'out'}],Pruning". Throws
// Error(kInvalidArgument) listing the transformations and arguments there are.
TransformRequests ParseTransforms(std::string_view text);

}  // namespace stepwell::converter
