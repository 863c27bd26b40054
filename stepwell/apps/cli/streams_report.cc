#include "stepwell/apps/cli/streams_report.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace stepwell::cli {
namespace {

using Json = nlohmann::ordered_json;

std::string Fixed(double value, int digits) { return fmt::format("{:.{}f}", value, digits); }

// Of one stream's share of a call.
double MsPerStreamFrame(const BenchResult& result) { return 1e3 / result.frames_per_second(); }

}  // namespace

TextTable StreamsTable(const StreamsResult& result) {
  TextTable table({"streams", "frames a call", "streams a call", "avg ms", "p50 ms", "p90 ms", "p99 ms", "p99.9 ms",
                   "max ms", "real-time factor", "CPU", "features", "in time"});
  for (const StreamsPoint& point : result.points) {
    const LatencySummary& latency = point.latency;
    table.Add({fmt::format("{}", point.streams), fmt::format("{}", point.frames_per_call),
               Fixed(point.streams_per_call, 1), Fixed(latency.mean_ms, 2), Fixed(latency.p50_ms, 2),
               Fixed(latency.p90_ms, 2), Fixed(latency.p99_ms, 2), Fixed(latency.p99_9_ms, 2), Fixed(latency.max_ms, 2),
               Fixed(point.real_time_factor, 5), Fixed(100 * point.cpu_share, 1) + " %",
               Fixed(100 * point.feature_share, 1) + " %", point.meets_deadline ? "yes" : "no"});
  }
  return table;
}

std::string StreamsVerdict(const StreamsResult& result, const StreamsRequest& request) {
  const std::string most = result.most_streams ? fmt::format("{}", *result.most_streams) : std::string("none measured");
  return fmt::format("most streams within {:g} ms at p99: {}\n{}\n{}\n", request.deadline_ms, most,
                     result.has_front_end ? "work: features and model" : "work: the model alone, it has no front end",
                     result.steps_together ? "streams share calls, each with the bits it gets alone"
                                           : "streams are stepped one by one: the model's batch is fixed");
}

std::string StreamsJson(const StreamsResult& result, const StreamsRequest& request, const std::string& model) {
  Json json = {{"model", model},
               {"deadline_ms", request.deadline_ms},
               {"seconds", request.seconds},
               {"features", result.has_front_end},
               {"together", result.steps_together},
               {"points", Json::array()},
               {"most_streams", nullptr}};
  if (result.most_streams) json["most_streams"] = *result.most_streams;
  for (const StreamsPoint& point : result.points) {
    const LatencySummary& latency = point.latency;
    json["points"].push_back({{"streams", point.streams},
                              {"frames_per_call", point.frames_per_call},
                              {"streams_per_call", point.streams_per_call},
                              {"rows", latency.calls},
                              {"avg_ms", latency.mean_ms},
                              {"p50_ms", latency.p50_ms},
                              {"p90_ms", latency.p90_ms},
                              {"p99_ms", latency.p99_ms},
                              {"p99_9_ms", latency.p99_9_ms},
                              {"max_ms", latency.max_ms},
                              {"real_time_factor", point.real_time_factor},
                              {"cpu_share", point.cpu_share},
                              {"feature_share", point.feature_share},
                              {"meets_deadline", point.meets_deadline}});
  }
  return json.dump(2) + "\n";
}

TextTable CurveTable(const std::vector<BenchResult>& results) {
  TextTable table({"streams a call", "frames a call", "p50 ms", "stream-frames/s", "ms a stream-frame",
                   "streams in real time (20 ms frames)"});
  for (const BenchResult& result : results) {
    table.Add({fmt::format("{}", result.batch), fmt::format("{}", result.frames), Fixed(result.latency.p50_ms, 3),
               Fixed(result.frames_per_second(), 0), Fixed(MsPerStreamFrame(result), 4),
               Fixed(result.frames_per_second() / 50, 1)});
  }
  return table;
}

std::string CurveJson(const std::vector<BenchResult>& results, const std::string& model) {
  Json json = {{"model", model}, {"points", Json::array()}};
  for (const BenchResult& result : results) {
    json["points"].push_back({{"streams", result.batch},
                              {"frames", result.frames},
                              {"p50_ms", result.latency.p50_ms},
                              {"stream_frames_per_second", result.frames_per_second()},
                              {"ms_per_stream_frame", MsPerStreamFrame(result)}});
  }
  return json.dump(2) + "\n";
}

}  // namespace stepwell::cli
