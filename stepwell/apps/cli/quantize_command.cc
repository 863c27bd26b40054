#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cmath>
#include <filesystem>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "stepwell/apps/cli/command.h"
#include "stepwell/apps/cli/model_flags.h"
#include "stepwell/apps/cli/model_summary.h"
#include "stepwell/apps/cli/output_folder.h"
#include "stepwell/apps/cli/progress_bar.h"
#include "stepwell/apps/cli/text_table.h"
#include "stepwell/converter/annotate_ir.h"
#include "stepwell/ir/ir_file.h"
#include "stepwell/ir/structure.h"
#include "stepwell/quantize/name_pattern.h"
#include "stepwell/quantize/quantize.h"

namespace stepwell::cli {
namespace {

using Json = nlohmann::ordered_json;
using quantize::QuantizedLayer;
using quantize::WeightFormat;

struct QuantizeFlags {
  explicit QuantizeFlags(CLI::App& command) : model(command) {}

  ModelFlags model;
  std::string output;
  WeightFormat weights = WeightFormat::kInt8;
  std::optional<std::int64_t> group;
  std::string keep;
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

quantize::QuantizeResult Quantized(const QuantizeFlags& flags, const ir::Graph& graph) {
  ProgressBar bar("quantising");
  return While([&] { return fmt::format("quantising '{}'", flags.model.name()); },
               [&] {
                 return quantize::Quantize(graph, {.format = flags.weights,
                                                   .group = flags.group,
                                                   .keep = flags.keep,
                                                   .progress = [&](double done) { bar.Show(done); }});
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

std::string FormatText(const QuantizedLayer& layer) {
  const std::string_view format = NameOf(layer.format);
  if (layer.format == WeightFormat::kBf16) return std::string(format);
  return layer.group == 0 ? fmt::format("{} by channel", format) : fmt::format("{} by {}", format, layer.group);
}

void PrintLayers(const std::vector<QuantizedLayer>& layers) {
  TextTable table({"weights", "shape", "stored as", "largest error", "signal to noise"});
  for (const QuantizedLayer& layer : layers) {
    table.Add({layer.name, ToText(layer.shape), FormatText(layer),
               fmt::format("{:.3f} %", 100 * layer.error.relative()),
               fmt::format("{:.1f} dB", layer.error.signal_to_noise_decibel())});
  }
  fmt::print("{}\nlargest error: of the largest magnitude of the same weights\n", table.Plain());
}

Json LayerJson(const QuantizedLayer& layer) {
  const double noise = layer.error.signal_to_noise_decibel();
  Json shape = Json::array();
  for (const Dim dim : layer.shape.dims()) shape.push_back(dim);
  return {{"name", layer.name},
          {"shape", shape},
          {"format", NameOf(layer.format)},
          {"group", layer.group},
          {"largest_relative_error", layer.error.relative()},
          {"signal_to_noise_db", std::isfinite(noise) ? Json(noise) : Json()},
          {"bytes_before", layer.bytes_before},
          {"bytes_after", layer.bytes_after}};
}

Json ResultJson(const quantize::QuantizeResult& result, std::size_t bytes_before, const ir::WriteIrResult& files) {
  Json layers = Json::array();
  for (const QuantizedLayer& layer : result.layers) layers.push_back(LayerJson(layer));
  return {{"xml", std::filesystem::absolute(files.xml).string()},
          {"bin", std::filesystem::absolute(files.bin).string()},
          {"xml_bytes", files.xml_bytes},
          {"bin_bytes", files.bin_bytes},
          {"weight_bytes_before", bytes_before},
          {"weight_bytes_after", Summarise(result.graph).weight_bytes},
          {"layers", layers}};
}

void Quantize(const QuantizeFlags& flags) {
  if (flags.weights == WeightFormat::kBf16 && flags.group) {
    throw CLI::ValidationError("--group", "says which weights share a scale, and bf16 has no scales");
  }
  const ir::Graph graph = SourceGraph(flags);
  const std::size_t bytes_before = Summarise(graph).weight_bytes;
  const quantize::QuantizeResult result = Quantized(flags, graph);
  const ir::WriteIrResult files = Write(flags, result.graph);
  if (flags.json) {
    fmt::print("{}\n", ResultJson(result, bytes_before, files).dump(2));
    return;
  }
  PrintLayers(result.layers);
  fmt::print("\nall constants: {} bytes before, {} now\nXML file: {}\nBIN file: {}\n", bytes_before,
             Summarise(result.graph).weight_bytes, std::filesystem::absolute(files.xml).string(),
             std::filesystem::absolute(files.bin).string());
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
  command
      ->add_option("--group", flags->group,
                   "How many inputs of a channel share a scale; 0: all (default: 0 for int8; 64 or 32 for int4)")
      ->check(CLI::IsMember({0, 32, 64, 128}));
  command
      ->add_option(
          "--keep", flags->keep,
          "Regular expression: leave weights alone in whose name, or that of a node that reads them, it is found")
      ->check(PatternError);
  command->add_flag("--json", flags->json, "Print the result as JSON");
  command->callback([flags] { Quantize(*flags); });
}

}  // namespace stepwell::cli
