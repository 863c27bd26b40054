#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <limits>
#include <memory>
#include <nlohmann/json.hpp>

#include "stepwell/apps/cli/command.h"
#include "stepwell/apps/cli/model_flags.h"
#include "stepwell/apps/cli/model_summary.h"
#include "stepwell/apps/cli/output_folder.h"
#include "stepwell/apps/cli/progress_bar.h"
#include "stepwell/apps/cli/text_table.h"
#include "stepwell/converter/annotate_ir.h"
#include "stepwell/converter/state_table.h"
#include "stepwell/converter/templates/rebuild.h"
#include "stepwell/ir/ir_file.h"
#include "stepwell/ir/structure.h"
#include "stepwell/verify/verify.h"

namespace stepwell::cli {
namespace {

struct ConvertFlags {
  explicit ConvertFlags(CLI::App& command) : model(command) {}

  ModelFlags model;
  std::string output_dir = ".";
  std::string state_form;  // empty: that of the conversion
  std::string log_level = "WARNING";
  int verify_calls = 0;
  bool silent = false;
  bool json = false;

  bool IsQuiet() const { return silent || log_level == "ERROR" || log_level == "CRITICAL"; }
};

using Json = nlohmann::ordered_json;

// What proved a state, one edge a line: the names on a path are too long to stand in one.
std::string EdgeText(const converter::StateRow& row) {
  constexpr std::string_view kArrow = " -> ";
  constexpr std::string_view kArrowOnItsLine = "\n    -> ";
  std::string text = fmt::format("{}: {}", row.variable, row.evidence);
  std::size_t at = 0;
  while ((at = text.find(kArrow, at)) != std::string::npos) {
    text.replace(at, kArrow.size(), kArrowOnItsLine);
    at += kArrowOnItsLine.size();
  }
  return text;
}

void PrintStates(const ir::Graph& graph) {
  const std::vector<converter::StateRow> rows = converter::StateTable(graph);
  if (rows.empty()) {
    fmt::print("no states\n");
    return;
  }
  TextTable table({"variable", "shape", "initial value", "input", "output"});
  for (const converter::StateRow& row : rows) table.Add({row.variable, row.type, row.initial, row.input, row.output});
  fmt::print("{}\nproved by\n", table.Plain());
  for (const converter::StateRow& row : rows) fmt::print("  {}\n", EdgeText(row));
  fmt::print("\n");
}

Json ResultJson(const converter::ConvertResult& result, const ir::WriteIrResult& files) {
  Json states = Json::array();
  for (const converter::StateRow& row : converter::StateTable(result.graph)) {
    states.push_back({{"variable", row.variable},
                      {"type", row.type},
                      {"initial", row.initial},
                      {"input", row.input},
                      {"output", row.output},
                      {"evidence", row.evidence}});
  }
  return {{"xml", std::filesystem::absolute(files.xml).string()},
          {"bin", std::filesystem::absolute(files.bin).string()},
          {"xml_bytes", files.xml_bytes},
          {"bin_bytes", files.bin_bytes},
          {"states", states},
          {"warnings", result.warnings}};
}

void PrintResult(const ConvertFlags& flags, const converter::ConvertResult& result, const ir::WriteIrResult& files) {
  if (flags.json) {
    fmt::print("{}\n", ResultJson(result, files).dump(2));
    return;
  }
  if (!flags.IsQuiet()) PrintWarnings(result.warnings);
  if (flags.silent) return;
  PrintStates(result.graph);
  fmt::print("[ SUCCESS ] Generated IR version 11 model.\n[ SUCCESS ] XML file: {}\n[ SUCCESS ] BIN file: {}\n",
             std::filesystem::absolute(files.xml).string(), std::filesystem::absolute(files.bin).string());
}

ir::WriteIrResult Write(const ConvertFlags& flags, const ir::Graph& graph) {
  const std::filesystem::path folder = flags.output_dir;
  MakeOutputFolder(folder, "--output_dir");
  ir::StateForm form = graph.state_form();
  if (!flags.state_form.empty()) {
    form = flags.state_form == "readvalue" ? ir::StateForm::kReadValue : ir::StateForm::kExplicit;
  }
  ProgressBar bar("writing");
  const auto weights = static_cast<double>(Summarise(graph).weight_bytes);
  const auto show = [&](std::size_t written) { bar.Show(static_cast<double>(written) / weights); };
  return ir::WriteIr(graph.WithStateForm(form), folder / (graph.name() + ".xml"), {.progress = show});
}

void PrintVerified(const ConvertFlags& flags, const verify::VerifyReport& report, const char* what) {
  if (flags.silent || flags.json) return;
  fmt::print("verified{} over {} calls: largest difference {:.3g} of the largest magnitude, at '{}'\n", what,
             flags.verify_calls, report.largest_relative_difference, report.worst_output);
}

// FP16 is no mistake of the conversion, but it changes the numbers: the conversion is held to the bound with the
// weights as they were, and what FP16 adds is told.
void Verify(const ConvertFlags& flags, converter::ConvertOptions options, const ir::Graph& graph) {
  const converter::LoadedSource source = converter::LoadForInference(options.source);
  if (options.weights == converter::ConvertOptions::Weights::kAsStored) {
    return PrintVerified(flags, verify::Verify(source, graph, {.calls = flags.verify_calls}), "");
  }
  options.weights = converter::ConvertOptions::Weights::kAsStored;
  const ir::Graph uncompressed = ConvertWithProgress(options).graph;
  PrintVerified(flags, verify::Verify(source, uncompressed, {.calls = flags.verify_calls}),
                ", with weights as stored,");
  const verify::VerifyOptions any_finite{.calls = flags.verify_calls, .bound = std::numeric_limits<double>::max()};
  PrintVerified(flags, verify::Verify(source, graph, any_finite), ", with weights as FP16,");
}

// IR is written again only for a reason.
void RequireChange(const ConvertFlags& flags, converter::ConvertOptions& options) {
  if (flags.verify_calls > 0) throw CLI::ValidationError("--verify", "compares with a source, and the model is IR");
  if (flags.model.batch()) throw CLI::ValidationError("--batch", "fixes the batch of a source, and the model is IR");
  const bool changes = options.states.mode != converter::StateRequests::Mode::kFind || !options.roles.empty() ||
                       options.weights == converter::ConvertOptions::Weights::kF16 || !options.model_name.empty() ||
                       !flags.state_form.empty();
  if (!changes) {
    throw Error(ErrorKind::kInvalidArgument,
                fmt::format("'{}' is OpenVINO IR, which needs no conversion; --states, --role, --state-form, "
                            "--compress_to_fp16 and --model_name write it again",
                            options.source.model.string()));
  }
  if (options.model_name.empty()) options.model_name = options.source.model.stem().string();
}

void Convert(const ConvertFlags& flags) {
  converter::ConvertOptions options = flags.model.Options();
  if (converter::IsIrFile(options.source.model)) RequireChange(flags, options);
  const converter::ConvertResult result = ConvertWithProgress(options);
  if (flags.verify_calls > 0) {
    ir::RequireWeights(result.graph);
    Verify(flags, options, result.graph);
  }
  PrintResult(flags, result, Write(flags, result.graph));
}

}  // namespace

void AddConvertCommand(CLI::App& program) {
  CLI::App* command = program.add_subcommand(
      "convert",
      "Convert a TensorFlow model to OpenVINO IR; takes the flags of OpenVINO's mo (also as a link named mo)");
  const auto flags = std::make_shared<ConvertFlags>(*command);
  command->add_option("-o,--output_dir", flags->output_dir, "Folder of the .xml and the .bin")->capture_default_str();
  command
      ->add_option("--state-form", flags->state_form,
                   "How states are said in the file (default: explicit; readvalue with --transform)")
      ->check(CLI::IsMember({"explicit", "readvalue"}));
  command
      ->add_option("--verify", flags->verify_calls,
                   "Compare so many calls with the source, evaluated as it was read; fail where they differ")
      ->check(CLI::Range(1, 1000000));
  command->add_option("--silent", flags->silent, "Print nothing but errors");
  command->add_option("--log_level", flags->log_level, "What to print on standard error")
      ->capture_default_str()
      ->check(CLI::IsMember({"CRITICAL", "ERROR", "WARN", "WARNING", "INFO", "DEBUG", "NOTSET"}));
  command->add_flag("--json", flags->json, "Print the result as JSON");
  command->callback([flags] { Convert(*flags); });
}

}  // namespace stepwell::cli
