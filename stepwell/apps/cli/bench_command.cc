#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "stepwell/apps/cli/bench_calls.h"
#include "stepwell/apps/cli/bench_streams.h"
#include "stepwell/apps/cli/bench_words.h"
#include "stepwell/apps/cli/command.h"
#include "stepwell/apps/cli/model_flags.h"
#include "stepwell/apps/cli/progress_bar.h"
#include "stepwell/apps/cli/streams_report.h"
#include "stepwell/apps/cli/synthetic_model.h"
#include "stepwell/apps/cli/text_table.h"
#include "stepwell/apps/cli/zero_shares.h"
#include "stepwell/base/parallel.h"
#include "stepwell/base/text.h"

namespace stepwell::cli {
namespace {

using Json = nlohmann::ordered_json;

struct BenchFlags {
  explicit BenchFlags(CLI::App& command) : model(command) {}

  ModelFlags model;
  std::string synthetic;
  std::string format = "plain";
  BenchRequest request;
  std::optional<std::int64_t> top_k;
  bool json = false;
  bool per_op = false;
  bool zeros = false;
  bool curve = false;
  CLI::Option* streams_option = nullptr;
  CLI::Option* deadline_option = nullptr;
  std::string streams;  // as it was written
  StreamsRequest streams_request;

  bool measures_streams() const { return streams_option->count() > 0 || deadline_option->count() > 0; }
};

std::shared_ptr<const runtime::LoadedModel> LoadModel(const BenchFlags& flags) {
  if (flags.synthetic.empty()) return flags.model.Load();
  flags.model.ApplyThreads();
  return MakeSyntheticModel(ParseSyntheticModel(flags.synthetic));
}

// "12" or "10,20,30"; nothing for "most" or an empty text. Throws Error(kInvalidArgument) for anything else.
std::vector<std::int64_t> ParseStreams(const std::string& text) {
  constexpr std::int64_t kMost = 16384;
  std::vector<std::int64_t> streams;
  if (text.empty() || text == "most") return streams;
  for (const std::string_view word : Split(text, ',')) {
    const std::optional<std::int64_t> number = ParseInt(word);
    if (!number || *number < 1 || *number > kMost) {
      throw Error(ErrorKind::kInvalidArgument,
                  fmt::format("'{}' in --streams is no number of streams; give one of 1 to {}, several separated by "
                              "commas, or 'most' to search for it",
                              word, kMost));
    }
    streams.push_back(*number);
  }
  return streams;
}

// What is wrong with a flag's text, as the parser of flags wants it; empty where nothing is.
template <class Parse>
std::string ErrorOf(const Parse& parse, const std::string& text) {
  try {
    parse(text);
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

Json ResultJson(const BenchResult& result, const std::vector<ZeroShare>& zeros, const std::string& model) {
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
  if (!zeros.empty()) json["zeros"] = Json::array();
  for (const ZeroShare& share : zeros) {
    json["zeros"].push_back({{"node", share.node}, {"zeros", share.zeros}, {"zero_in_call", share.zero_in_call}});
  }
  if (!result.nodes.empty()) json["nodes"] = Json::array();
  for (const NodeTime& node : result.nodes) {
    json["nodes"].push_back({{"node", node.node}, {"op", node.op}, {"mean_ms", node.mean_ms}});
  }
  return json;
}

TextTable ZerosTable(const std::vector<ZeroShare>& zeros) {
  TextTable table({"clipped ReLU", "exact zeros", "zero in all rows of a call"});
  for (const ZeroShare& share : zeros) {
    table.Add(
        {share.node, fmt::format("{:.1f} %", 100 * share.zeros), fmt::format("{:.1f} %", 100 * share.zero_in_call)});
  }
  return table;
}

bool WantsJson(const BenchFlags& flags) { return flags.json || flags.format == "json"; }

TextTable WordTable(const WordBenchResult& result) {
  TextTable table({"", "calls", "p50 ms", "p90 ms", "max ms"});
  const auto add = [&](const char* what, const LatencySummary& latency) {
    table.Add({what, fmt::format("{}", latency.calls), Milliseconds(latency.p50_ms), Milliseconds(latency.p90_ms),
               Milliseconds(latency.max_ms)});
  };
  add("a new word", result.new_words);
  add("a word seen before", result.words_seen_before);
  add("of it the search", result.search);
  return table;
}

Json WordJson(const WordBenchResult& result, const std::string& model) {
  const kernels::TopKCertificate& certificate = result.certificate;
  return {{"model", model},
          {"threads", WorkerTeam::Shared().num_threads()},
          {"calls", result.new_words.calls},
          {"new_word_p50_ms", result.new_words.p50_ms},
          {"new_word_p90_ms", result.new_words.p90_ms},
          {"seen_word_p50_ms", result.words_seen_before.p50_ms},
          {"seen_word_p90_ms", result.words_seen_before.p90_ms},
          {"search_p50_ms", result.search.p50_ms},
          {"rows", certificate.rows},
          {"rows_8_bits", certificate.stages[1].rows},
          {"rows_fp32", certificate.stages[2].rows},
          {"softmax_bytes", certificate.bytes()},
          {"full_softmax_bytes", certificate.full_bytes()}};
}

// Measures words and the search for the likeliest ones behind them.
void BenchTopK(const BenchFlags& flags, const std::shared_ptr<const runtime::LoadedModel>& model) {
  const WordBenchRequest request{
      .top_k = *flags.top_k, .repeat = flags.request.repeat, .warm_up = flags.request.warm_up};
  const WordBenchResult result = [&] {
    ProgressBar bar("measuring");
    return BenchWords(model, request, [&](double done) { bar.Show(done); });
  }();
  if (WantsJson(flags)) {
    fmt::print("{}\n", WordJson(result, model->graph().name()).dump(2));
    return;
  }
  fmt::print("{}", Format(WordTable(result), flags.format));
  if (flags.format == "plain") {
    const kernels::TopKCertificate& certificate = result.certificate;
    fmt::print("\nof {} rows {} were read in 8 bits, {} in fp32: {:.0f} of the softmax's {:.0f} MB\n", certificate.rows,
               certificate.stages[1].rows, certificate.stages[2].rows, static_cast<double>(certificate.bytes()) / 1e6,
               static_cast<double>(certificate.full_bytes()) / 1e6);
  }
}

void BenchOneStream(const BenchFlags& flags, const runtime::LoadedModel& model) {
  BenchRequest request = flags.request;
  request.shape.batch = flags.model.batch();
  request.split = flags.per_op ? BenchRequest::Split::kByOp : BenchRequest::Split::kNone;
  const BenchResult result = [&] {
    ProgressBar bar("measuring");
    return BenchCalls(model, request, [&](double done) { bar.Show(done); });
  }();
  std::vector<ZeroShare> zeros;
  // A file of comma-separated values is one table: that of the zeros only where it was asked for.
  const bool counts_unasked = !flags.synthetic.empty() && flags.format != "csv";
  if (flags.zeros || counts_unasked) zeros = MeasureZeroShares(model, request.shape);
  if (WantsJson(flags)) return fmt::print("{}\n", ResultJson(result, zeros, model.graph().name()).dump(2));
  fmt::print("{}", Format(CallTable(result), flags.format));
  if (flags.per_op) fmt::print("\n{}", Format(OpTable(result), flags.format));
  if (!zeros.empty()) fmt::print("\n{}", Format(ZerosTable(zeros), flags.format));
}

void BenchCurve(const BenchFlags& flags, const runtime::LoadedModel& model) {
  constexpr int kMostStreams = 256;
  BenchRequest request = flags.request;
  if (!request.shape.frames) request.shape.frames = 1;
  if (request.repeat == 0) request.repeat = 20;
  std::vector<BenchResult> results;
  {
    ProgressBar bar("measuring");
    for (int streams = 1; streams <= kMostStreams; streams *= 2) {
      request.shape.batch = streams;
      results.push_back(BenchCalls(model, request, [&](double done) {
        bar.Show((streams - 1 + done * streams) / (2.0 * kMostStreams), fmt::format("{} streams", streams));
      }));
    }
  }
  if (WantsJson(flags)) return fmt::print("{}", CurveJson(results, model.graph().name()));
  fmt::print("{}", Format(CurveTable(results), flags.format));
}

void BenchManyStreams(const BenchFlags& flags, const std::shared_ptr<const runtime::LoadedModel>& model) {
  StreamsRequest request = flags.streams_request;
  request.streams = ParseStreams(flags.streams);
  request.frames_per_call = flags.request.shape.frames;
  const StreamsResult result = [&] {
    ProgressBar bar("measuring");
    return BenchStreams(model, request, [&](double done, const std::string& what) { bar.Show(done, what); });
  }();
  if (WantsJson(flags)) return fmt::print("{}", StreamsJson(result, request, model->graph().name()));
  fmt::print("{}", Format(StreamsTable(result), flags.format));
  if (flags.format != "csv") fmt::print("\n{}", StreamsVerdict(result, request));
}

void Bench(const BenchFlags& flags) {
  const auto model = LoadModel(flags);
  While([&] { return fmt::format("running '{}'", flags.model.name()); },
        [&] {
          if (flags.top_k) return BenchTopK(flags, model);
          if (flags.measures_streams()) return BenchManyStreams(flags, model);
          if (flags.curve) return BenchCurve(flags, *model);
          BenchOneStream(flags, *model);
        });
}

void AddStreamsFlags(CLI::App& command, BenchFlags& flags) {
  constexpr const char* kGroup = "Many live streams";
  flags.streams_option =
      command
          .add_option(
              "--streams", flags.streams,
              "Simulate so many live streams, each sending 20 ms of sound every 20 ms; several numbers separated "
              "by commas; 'most', or no number: search for the most that meet the deadline")
          ->expected(0, 1)
          ->check([](const std::string& text) { return ErrorOf(ParseStreams, text); })
          ->group(kGroup);
  flags.deadline_option =
      command
          .add_option("--deadline", flags.streams_request.deadline_ms,
                      "Milliseconds from the last sample that a row of results needs to that row, for 99 of 100 rows")
          ->check(CLI::PositiveNumber)
          ->capture_default_str()
          ->group(kGroup);
  command.add_option("--seconds", flags.streams_request.seconds, "How long each number of streams is measured")
      ->check(CLI::Range(0.1, 3600.0))
      ->capture_default_str()
      ->group(kGroup);
  command.add_flag("--curve", flags.curve, "Measure calls of 1, 2, 4 ... 256 streams: what a stream costs in company")
      ->group(kGroup);
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
      ->check([](const std::string& text) { return ErrorOf(ParseSyntheticModel, text); });
  command->add_option("--frames", flags->request.shape.frames, "Frames a call")->check(CLI::PositiveNumber);
  command
      ->add_option("--repeat", flags->request.repeat,
                   "Calls to measure (default: as many as five seconds hold, 20 to 2000)")
      ->check(CLI::PositiveNumber);
  command->add_option("--warm-up", flags->request.warm_up, "Calls before those")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  command
      ->add_option(
          "--top-k", flags->top_k,
          "Of a model of words: find the K likeliest words exactly, after new words and after words seen before")
      ->check(CLI::PositiveNumber);
  command->add_flag("--per-op", flags->per_op, "Split the time by op; with --json, by node, too");
  command->add_flag("--no-fusion", flags->request.no_fusion, "Run every op of the file by itself, for comparison");
  command->add_option("--format", flags->format, "plain, markdown, csv or json")
      ->check(CLI::IsMember({"plain", "markdown", "csv", "json"}))
      ->capture_default_str();
  command->add_flag(
      "--zeros", flags->zeros,
      "Count the exact zeros behind clipped ReLUs, which are not read (with --synthetic unasked, but for csv)");
  AddStreamsFlags(*command, *flags);
  command->add_flag("--json", flags->json, "The same as --format json");
  command->callback([flags] { Bench(*flags); });
}

}  // namespace stepwell::cli
