#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>

#include "stepwell/apps/cli/calibration.h"
#include "stepwell/apps/cli/command.h"
#include "stepwell/apps/cli/model_flags.h"
#include "stepwell/apps/cli/model_summary.h"
#include "stepwell/apps/cli/output_folder.h"
#include "stepwell/apps/cli/progress_bar.h"
#include "stepwell/apps/cli/quantize_report.h"
#include "stepwell/converter/annotate_ir.h"
#include "stepwell/ir/ir_file.h"
#include "stepwell/ir/structure.h"
#include "stepwell/quantize/name_pattern.h"
#include "stepwell/quantize/output_errors.h"
#include "stepwell/quantize/quantize.h"
#include "stepwell/quantize/weight_moments.h"

namespace stepwell::cli {
namespace {

using quantize::WeightFormat;

struct QuantizeFlags {
  explicit QuantizeFlags(CLI::App& command) : model(command) {}

  ModelFlags model;
  std::string output;
  WeightFormat weights = WeightFormat::kInt8;
  std::optional<std::int64_t> group;
  std::optional<ActivationFormat> activations;
  std::string keep;
  std::string calibrate;
  std::string vocabulary;
  std::string alphabet;
  std::string language_model;
  bool json = false;
};

// What is wrong with a flag's value, as the parser of flags wants it; empty where nothing is.
std::string ExtensionError(const std::string& path) {
  if (std::filesystem::path(path).extension() == ".xml") return {};
  return fmt::format("'{}' does not end in .xml", path);
}
std::string PatternError(const std::string& expression) {
  try {
    const quantize::NamePattern pattern(expression);
    return {};
  } catch (const Error& error) {
    return error.what();
  }
}

ir::Graph SourceGraph(const QuantizeFlags& flags) {
  const converter::ConvertOptions options = flags.model.Options();
  flags.model.ApplyThreads();
  converter::ConvertResult result = ConvertWithProgress(options);
  PrintWarnings(result.warnings);
  ir::RequireWeights(result.graph);
  return std::move(result.graph);
}

CalibrationFlags DataFlags(const QuantizeFlags& flags) {
  return {flags.calibrate, flags.vocabulary, flags.alphabet, flags.language_model, {}};
}

quantize::QuantizeResult Quantized(const QuantizeFlags& flags, const ir::Graph& graph,
                                   quantize::WeightMoments moments) {
  ProgressBar bar("quantising");
  return While([&] { return fmt::format("quantising '{}'", flags.model.name()); },
               [&] {
                 return quantize::Quantize(graph, {.format = flags.weights,
                                                   .group = flags.group,
                                                   .activations = flags.activations,
                                                   .keep = flags.keep,
                                                   .moments = std::move(moments),
                                                   .progress = [&](double done) { bar.Show(done); }});
               });
}

template <class Work>
auto WithProgress(const char* what, Work work) {
  ProgressBar bar(what);
  return work([&](double done) { bar.Show(done); });
}

// Rounds by what the data gives the weights to multiply, and measures what it cost on the same data.
QuantizeReport QuantizedByData(const QuantizeFlags& flags, const ir::Graph& graph) {
  const auto before = runtime::LoadedModel::Of(graph);
  CalibrationFlags data = DataFlags(flags);
  const auto frame = [&] { return fmt::format("running '{}' on '{}'", flags.model.name(), flags.calibrate); };
  return While(frame, [&] {
    const auto calls = Calibration::Open(before, data)->Calls();
    const auto moments = WithProgress(
        "watching", [&](const auto& progress) { return quantize::CollectMoments(graph, calls, progress); });
    QuantizeReport report{Quantized(flags, graph, moments)};
    report.output_errors = WithProgress("comparing", [&](const auto& progress) {
      return quantize::CompareOutputs(graph, report.result.graph, calls, progress);
    });
    report.data = WithProgress("reading", [&](const auto& progress) {
      data.progress = progress;
      return Calibration::Open(before, data)->Compare(before, runtime::LoadedModel::Of(report.result.graph));
    });
    return report;
  });
}

ir::WriteIrResult Write(const QuantizeFlags& flags, const ir::Graph& graph) {
  const std::filesystem::path xml = flags.output;
  if (xml.has_parent_path()) MakeOutputFolder(xml.parent_path(), "--output_file");
  ProgressBar bar("writing");
  const auto weights = static_cast<double>(Summarise(graph).weight_bytes);
  return ir::WriteIr(graph, xml,
                     {.progress = [&](std::size_t written) { bar.Show(static_cast<double>(written) / weights); }});
}

void RefuseWithoutData(const QuantizeFlags& flags) {
  if (!flags.calibrate.empty()) return;
  const std::pair<const char*, const std::string&> readers[] = {
      {"--vocab", flags.vocabulary}, {"--alphabet", flags.alphabet}, {"--lm", flags.language_model}};
  for (const auto& [flag, value] : readers) {
    if (!value.empty()) throw CLI::RequiresError(flag, "--calibrate");
  }
}

void Quantize(const QuantizeFlags& flags) {
  if (flags.weights == WeightFormat::kBf16 && flags.group) {
    throw CLI::ValidationError("--group", "says which weights share a scale, and bf16 has no scales");
  }
  if (flags.weights == WeightFormat::kBf16 && flags.activations == ActivationFormat::kInt8) {
    throw CLI::ValidationError("--activations", "int8 goes with weights of int8 or int4, and these are bf16");
  }
  RefuseWithoutData(flags);
  const ir::Graph graph = SourceGraph(flags);
  QuantizeReport report =
      flags.calibrate.empty() ? QuantizeReport{Quantized(flags, graph, {})} : QuantizedByData(flags, graph);
  report.bytes_before = Summarise(graph).weight_bytes;
  report.files = Write(flags, report.result.graph);
  flags.json ? PrintReportAsJson(report) : PrintReport(report);
}

}  // namespace

void AddQuantizeCommand(CLI::App& program) {
  CLI::App* command =
      program.add_subcommand("quantize", "Store a model's weights in fewer bits and write it as OpenVINO IR");
  const auto flags = std::make_shared<QuantizeFlags>(*command);
  command->add_option("-o,--output_file", flags->output, "What to write: FILE.xml, and FILE.bin beside it")
      ->required()
      ->check(ExtensionError);
  const std::map<std::string, WeightFormat> formats = {
      {"int8", WeightFormat::kInt8}, {"int4", WeightFormat::kInt4}, {"bf16", WeightFormat::kBf16}};
  command->add_option("--weights", flags->weights, "How to store weights: int8, int4 or bf16")
      ->required()
      ->transform(CLI::Transformer(formats));
  const std::map<std::string, ActivationFormat> activations = {{"fp32", ActivationFormat::kFp32},
                                                               {"int8", ActivationFormat::kInt8}};
  command
      ->add_option(
          "--activations", flags->activations,
          "What products by these weights do with the other operand: fp32 as it is, int8 rounded row by row as "
          "it comes (default: int8; fp32 with bf16)")
      ->transform(CLI::Transformer(activations));
  command
      ->add_option("--group", flags->group,
                   "How many inputs of a channel share a scale; 0: all (default: 0 for int8; 64 or 32 for int4)")
      ->check(CLI::IsMember({0, 32, 64, 128}));
  command
      ->add_option(
          "--keep", flags->keep,
          "Regular expression: leave weights alone in whose name, or that of a node that reads them, it is found")
      ->check(PatternError);
  command->add_option(
      "--calibrate", flags->calibrate,
      "Data to round by and to measure the cost on: recordings (a file, a folder, a list as .csv, .json "
      "or .txt) for a speech model, a text for a word model");
  command->add_option("--vocab", flags->vocabulary, "With --calibrate: a word model's vocabulary, one word a line");
  command->add_option("--alphabet", flags->alphabet,
                      "With --calibrate: labels of the classes, one a line (default: the model's own)");
  command->add_option("--lm", flags->language_model,
                      "With --calibrate: read texts with this word n-gram model in ARPA form, too");
  command->add_flag("--json", flags->json, "Print the result as JSON");
  command->callback([flags] { Quantize(*flags); });
}

}  // namespace stepwell::cli
