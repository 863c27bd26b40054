#include "stepwell/apps/cli/latency.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "stepwell/base/error.h"

namespace stepwell::cli {

LatencySummary LatencySummary::Of(std::vector<double> milliseconds) {
  Require(!milliseconds.empty(), ErrorKind::kInvalidArgument, "no call was measured; raise the number of repetitions");
  std::sort(milliseconds.begin(), milliseconds.end());
  const auto count = static_cast<double>(milliseconds.size());
  const auto percentile = [&](double percent) {
    const auto rank = static_cast<std::size_t>(std::ceil(percent / 100 * count));
    return milliseconds[std::max<std::size_t>(rank, 1) - 1];
  };
  const double sum = std::accumulate(milliseconds.begin(), milliseconds.end(), 0.0);
  return {milliseconds.size(), sum / count,      percentile(50),     percentile(90),
          percentile(99),      percentile(99.9), milliseconds.back()};
}

}  // namespace stepwell::cli
