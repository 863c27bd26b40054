#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "stepwell/apps/cli/latency.h"
#include "stepwell/runtime/loaded_model.h"

namespace stepwell::cli {

// What is measured of live streams: each sends 20 ms of sound (or whatever the model takes) every 20 ms, beginning at a
// random moment.
struct StreamsRequest {
  std::vector<std::int64_t> streams = {};  // measure so many; none: search for the most that meet the deadline
  double deadline_ms = 100;                // for 99 of 100 rows
  double seconds = 5;                      // of each measurement, after two that do not count
  std::optional<std::int64_t> frames_per_call = {};  // none: what fits the deadline at the least cost
};

// Some number of live streams. A row's latency runs from the arrival of the last sample it needs, those of its right
// context included, to the moment at which it is there.
struct StreamsPoint {
  std::int64_t streams = 0;
  std::int64_t frames_per_call = 1;
  LatencySummary latency;
  double real_time_factor = 0;  // time spent computing / length of all sound heard
  double cpu_share = 0;         // processor time / (time that passed * threads)
  double feature_share = 0;     // of the time spent computing
  double streams_per_call = 0;  // mean
  bool meets_deadline = false;
};

struct StreamsResult {
  std::vector<StreamsPoint> points;          // in the order of measurement
  std::optional<std::int64_t> most_streams;  // none: not even the fewest measured
  bool has_front_end = false;                // features were computed from sound
  bool steps_together = false;
};

// Measures in real time, in the calling thread and the team. `progress`: done, between 0 and 1, and what is being done.
StreamsResult BenchStreams(std::shared_ptr<const runtime::LoadedModel> model, const StreamsRequest& request,
                           const std::function<void(double done, const std::string& what)>& progress);

}  // namespace stepwell::cli
