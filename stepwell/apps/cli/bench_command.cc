#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "stepwell/apps/cli/bench_calls.h"
#include "stepwell/apps/cli/command.h"
#include "stepwell/apps/cli/model_flags.h"
#include "stepwell/apps/cli/progress_bar.h"
#include "stepwell/apps/cli/synthetic_model.h"
#include "stepwell/apps/cli/text_table.h"
#include "stepwell/base/parallel.h"

namespace stepwell::cli {
namespace {

using Json = nlohmann::ordered_json;

struct BenchFlags {
  explicit BenchFlags(CLI::App& command) : model(command) {}

  ModelFlags model;
  std::string synthetic;
  std::string format = "plain";
  BenchRequest request;
  bool json = false;
  bool per_op = false;
};

std::shared_ptr<const runtime::LoadedModel> LoadModel(const BenchFlags& flags) {
  if (flags.synthetic.empty()) return flags.model.Load();
  flags.model.ApplyThreads();
  return MakeSyntheticModel(ParseSyntheticModel(flags.synthetic));
}

// What is wrong with the description, as the parser of flags wants it; empty where nothing is.
std::string SyntheticError(const std::string& description) {
  try {
    ParseSyntheticModel(description);
    return {};
  } catch (const Error& error) {
    return error.what();
  }
}

std::string Milliseconds(double value) { return fmt::format("{:.3f}", value); }

TextTable CallTable(const BenchResult& result) {
  TextTable table(
      {"calls", "batch", "frames", "threads", "p50 ms", "p90 ms", "p99 ms", "max ms", "calls/s", "frames/s"});
  const LatencySummary& latency = result.latency;
  table.Add({fmt::format("{}", latency.calls), fmt::format("{}", result.batch), fmt::format("{}", result.frames),
             fmt::format("{}", result.threads), Milliseconds(latency.p50_ms), Milliseconds(latency.p90_ms),
             Milliseconds(latency.p99_ms), Milliseconds(latency.max_ms),
             fmt::format("{:.1f}", result.calls_per_second()), fmt::format("{:.1f}", result.frames_per_second())});
  return table;
}

TextTable OpTable(const BenchResult& result) {
  TextTable table({"op", "nodes", "mean ms a call", "share"});
  for (const OpTime& op : result.ops) {
    table.Add({op.op, fmt::format("{}", op.nodes), Milliseconds(op.mean_ms), fmt::format("{:.1f} %", 100 * op.share)});
  }
  return table;
}

std::string Format(const TextTable& table, const std::string& format) {
  if (format == "markdown") return table.Markdown();
  return format == "csv" ? table.Csv() : table.Plain();
}

Json ResultJson(const BenchResult& result, const std::string& model) {
  Json json = {{"model", model},
               {"calls", result.latency.calls},
               {"batch", result.batch},
               {"frames", result.frames},
               {"threads", result.threads},
               {"mean_ms", result.latency.mean_ms},
               {"p50_ms", result.latency.p50_ms},
               {"p90_ms", result.latency.p90_ms},
               {"p99_ms", result.latency.p99_ms},
               {"max_ms", result.latency.max_ms},
               {"calls_per_second", result.calls_per_second()},
               {"frames_per_second", result.frames_per_second()}};
  if (!result.ops.empty()) json["ops"] = Json::array();
  for (const OpTime& op : result.ops) {
    json["ops"].push_back({{"op", op.op}, {"nodes", op.nodes}, {"mean_ms", op.mean_ms}, {"share", op.share}});
  }
  if (!result.nodes.empty()) json["nodes"] = Json::array();
  for (const NodeTime& node : result.nodes) {
    json["nodes"].push_back({{"node", node.node}, {"op", node.op}, {"mean_ms", node.mean_ms}});
  }
  return json;
}

void Bench(const BenchFlags& flags) {
  const auto model = LoadModel(flags);
  BenchRequest request = flags.request;
  request.shape.batch = flags.model.batch();
  request.split = flags.per_op ? BenchRequest::Split::kByOp : BenchRequest::Split::kNone;
  const BenchResult result = [&] {
    ProgressBar bar("measuring");
    return While([&] { return fmt::format("running '{}'", flags.model.name()); },
                 [&] { return BenchCalls(*model, request, [&](double done) { bar.Show(done); }); });
  }();
  if (flags.json || flags.format == "json") {
    fmt::print("{}\n", ResultJson(result, model->graph().name()).dump(2));
    return;
  }
  fmt::print("{}", Format(CallTable(result), flags.format));
  if (flags.per_op) fmt::print("\n{}", Format(OpTable(result), flags.format));
}

}  // namespace

void AddBenchCommand(CLI::App& program) {
  CLI::App* command =
      program.add_subcommand("bench", "Measure the latency of one call, state carried from call to call");
  const auto flags = std::make_shared<BenchFlags>(*command);
  flags->model.AddCacheFlag(*command);
  command
      ->add_option("--synthetic", flags->synthetic,
                   "In place of MODEL: deepspeech[:CELLS] or lm_1b[:DIVISOR], full size unless said, random weights")
      ->check(SyntheticError);
  command->add_option("--frames", flags->request.shape.frames, "Frames a call")->check(CLI::PositiveNumber);
  command
      ->add_option("--repeat", flags->request.repeat,
                   "Calls to measure (default: as many as five seconds hold, 20 to 2000)")
      ->check(CLI::PositiveNumber);
  command->add_option("--warm-up", flags->request.warm_up, "Calls before those")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  command->add_flag("--per-op", flags->per_op, "Split the time by op; with --json, by node, too");
  command->add_flag("--no-fusion", flags->request.no_fusion, "Run every op of the file by itself, for comparison");
  command->add_option("--format", flags->format, "plain, markdown, csv or json")
      ->check(CLI::IsMember({"plain", "markdown", "csv", "json"}))
      ->capture_default_str();
  command->add_flag("--json", flags->json, "The same as --format json");
  command->callback([flags] { Bench(*flags); });
}

}  // namespace stepwell::cli
