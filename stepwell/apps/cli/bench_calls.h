#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "stepwell/apps/cli/latency.h"
#include "stepwell/runtime/loaded_model.h"
#include "stepwell/verify/random_inputs.h"

namespace stepwell::cli {

struct BenchRequest {
  enum class Split : std::uint8_t { kNone, kByOp };

  verify::CallShape shape;
  int repeat = 0;  // 0: as many as five seconds hold, between 20 and 2000
  int warm_up = 3;
  bool no_fusion = false;
  Split split = Split::kNone;
};

// The time of all nodes of one op.
struct OpTime {
  std::string op;
  std::size_t nodes = 0;
  double mean_ms = 0;  // a call
  double share = 0;    // of all ops' time
};

// The time of one node of the compiled plan, under the name it has in the graph.
struct NodeTime {
  std::string node;
  std::string op;
  double mean_ms = 0;  // a call
};

struct BenchResult {
  LatencySummary latency;
  std::int64_t batch = 1;
  std::int64_t frames = 1;
  int threads = 1;
  std::vector<OpTime> ops;      // slowest first; empty unless asked for
  std::vector<NodeTime> nodes;  // the same time by node, in the order in which they run

  double calls_per_second() const { return 1e3 / latency.mean_ms; }
  double frames_per_second() const {
    return calls_per_second() * static_cast<double>(batch) * static_cast<double>(frames);
  }
};

// What a stream's step takes in calls of that shape: a model that takes features and can also make them from samples is
// given features only.
runtime::PlanRequest StepRequest(const ir::Graph& graph, const verify::CallShape& shape);

// Measures calls of a stream whose state is carried. A call computes what StepRequest says. Inputs are random, every
// row runs its full length.
BenchResult BenchCalls(const runtime::LoadedModel& model, const BenchRequest& request,
                       const std::function<void(double)>& progress);

}  // namespace stepwell::cli
