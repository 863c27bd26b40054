#include "stepwell/apps/cli/bench_streams.h"

#include <fmt/format.h>

#include <algorithm>

#include "stepwell/apps/cli/live_streams.h"

namespace stepwell::cli {
namespace {

using Progress = std::function<void(double, const std::string&)>;

constexpr std::int64_t kMostFrames = 4;
constexpr std::int64_t kMostStreams = 16384;
constexpr int kMostPoints = 16;
// More frames a call must be cheaper by so much to be worth their delay.
constexpr double kWorthwhile = 0.97;
constexpr double kPacketMs = 1e3 * LiveModel::kPacketSeconds;

class Search {
 public:
  Search(std::shared_ptr<const runtime::LoadedModel> model, const StreamsRequest& request, const Progress& progress)
      : model_(std::move(model)), request_(request), progress_(progress) {
    result_.has_front_end = model_.has_front_end();
    result_.steps_together = LiveStreams(model_, 2, model_.fixed_rows().value_or(1)).steps_together();
  }

  StreamsResult MeasureList() && {
    const std::int64_t frames = FramesFor(*std::max_element(request_.streams.begin(), request_.streams.end()));
    for (const std::int64_t streams : request_.streams) Measure(streams, frames);
    for (const StreamsPoint& point : result_.points) {
      if (point.meets_deadline) result_.most_streams = std::max(result_.most_streams.value_or(0), point.streams);
    }
    return std::move(result_);
  }

  // Halves the gap between the most streams that meet the deadline and the fewest that do not, beginning where calls
  // without features take as long as frames do.
  StreamsResult FindMost() && {
    std::int64_t streams = Estimate();
    const std::int64_t frames = FramesFor(streams);
    std::int64_t good = 0;
    std::int64_t bad = kMostStreams + 1;
    while (bad - good > std::max<std::int64_t>(1, good / 50) && result_.points.size() < kMostPoints) {
      // Twice before it counts as too many: other programs may have had the processor.
      (Measure(streams, frames) || Measure(streams, frames) ? good : bad) = streams;
      const std::int64_t middle = (good + bad) / 2;
      if (bad > kMostStreams) {
        streams = std::min(good + std::max<std::int64_t>(1, good / 6), kMostStreams);
      } else {
        streams = good > 0 ? middle : std::max<std::int64_t>(1, bad * 3 / 4);
      }
    }
    if (good > 0) result_.most_streams = good;
    return std::move(result_);
  }

 private:
  bool Measure(std::int64_t streams, std::int64_t frames) {
    Show(fmt::format("measuring {} streams", streams));
    LiveStreams live(model_, streams, frames);
    live.WarmUp();
    result_.points.push_back(live.Run(request_.seconds, request_.deadline_ms));
    return result_.points.back().meets_deadline;
  }

  void Show(const std::string& what) const {
    const std::size_t planned = request_.streams.empty() ? kMostPoints : request_.streams.size();
    progress_(static_cast<double>(result_.points.size()) / static_cast<double>(planned), what);
  }

  double CallMs(std::int64_t streams, std::int64_t frames) const {
    return std::chrono::duration<double, std::milli>(LiveStreams(model_, streams, frames).WarmUp()).count();
  }

  // The streams whose frames one after the other take all the time; a little less, for there are features, too.
  std::int64_t Estimate() const {
    Show("looking for where to begin");
    std::int64_t streams = 8;
    const std::int64_t frames = model_.fixed_rows().value_or(1);
    const double frames_ms = static_cast<double>(frames) * kPacketMs;
    double ms = CallMs(streams, frames);
    while (ms < frames_ms && 2 * streams <= kMostStreams) ms = CallMs(streams *= 2, frames);
    return std::max<std::int64_t>(1, static_cast<std::int64_t>(0.85 * frames_ms / ms * static_cast<double>(streams)));
  }

  // Of a call, so that a row that has just missed one is there in time: it waits for the frames that make its own, for
  // the call that it has missed, and for its own.
  std::int64_t FramesFor(std::int64_t streams) const {
    if (model_.fixed_rows()) return *model_.fixed_rows();
    if (request_.frames_per_call) return *request_.frames_per_call;
    std::int64_t best = 1;
    double best_ms = CallMs(streams, 1);
    for (std::int64_t frames = 2; frames <= kMostFrames; ++frames) {
      const double frames_ms = static_cast<double>(frames) * kPacketMs;
      const double call_ms = CallMs(streams, frames);
      const double ms = call_ms / static_cast<double>(frames);
      const double latest_ms = frames_ms - kPacketMs + 2 * frames_ms;  // where calls take all the time there is
      if (latest_ms > 0.9 * request_.deadline_ms || ms > kWorthwhile * best_ms) continue;
      best = frames;
      best_ms = ms;
    }
    return best;
  }

  LiveModel model_;
  const StreamsRequest& request_;
  const Progress& progress_;
  StreamsResult result_;
};

}  // namespace

StreamsResult BenchStreams(std::shared_ptr<const runtime::LoadedModel> model, const StreamsRequest& request,
                           const Progress& progress) {
  Search search(std::move(model), request, progress);
  return request.streams.empty() ? std::move(search).FindMost() : std::move(search).MeasureList();
}

}  // namespace stepwell::cli
