#pragma once

#include <vector>

namespace stepwell::cli {

// Latencies of repeated calls. A percentile is the smallest measured value that at least so many percent of the calls
// did not exceed (nearest rank).
struct LatencySummary {
  std::size_t calls = 0;
  double mean_ms = 0;
  double p50_ms = 0;
  double p90_ms = 0;
  double p99_ms = 0;
  double p99_9_ms = 0;
  double max_ms = 0;

  // Throws Error(kInvalidArgument) where nothing was measured.
  static LatencySummary Of(std::vector<double> milliseconds);
};

}  // namespace stepwell::cli
