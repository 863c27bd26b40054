#pragma once

#include <string>
#include <vector>

#include "stepwell/runtime/loaded_model.h"
#include "stepwell/verify/random_inputs.h"

namespace stepwell::cli {

// The results of one clipped ReLU over some calls.
struct ZeroShare {
  std::string node;
  double zeros = 0;         // share of its numbers that are exactly 0
  double zero_in_call = 0;  // share of its channels (last axis) that are 0 in all rows of a call: weights not read
};

// What becomes zero behind the clipped ReLUs (ReLU then Minimum, or Clamp from 0) of the model, in the order of the
// graph: the mean over `calls` calls of one stream with random inputs as `bench` gives them. Packs the weights once
// more while it runs; nothing where there are no such nodes.
std::vector<ZeroShare> MeasureZeroShares(const runtime::LoadedModel& model, const verify::CallShape& shape,
                                         int calls = 10);

}  // namespace stepwell::cli
