#include "stepwell/apps/cli/quantize_report.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "stepwell/apps/cli/model_summary.h"
#include "stepwell/apps/cli/text_table.h"

namespace stepwell::cli {
namespace {

using Json = nlohmann::ordered_json;
using quantize::QuantizedLayer;
using quantize::WeightFormat;

std::string FormatText(const QuantizedLayer& layer) {
  const std::string_view format = NameOf(layer.format);
  if (layer.format == WeightFormat::kBf16) return std::string(format);
  return layer.group == 0 ? fmt::format("{} by channel", format) : fmt::format("{} by {}", format, layer.group);
}

std::string Percent(double share, int digits = 3) { return fmt::format("{:.{}f} %", 100 * share, digits); }

std::optional<double> OutputErrorOf(const QuantizeReport& report, const QuantizedLayer& layer) {
  const auto found = report.output_errors.find(layer.name);
  if (found == report.output_errors.end()) return std::nullopt;
  return found->second.relative();
}

void PrintLayers(const QuantizeReport& report) {
  std::vector<std::string> header = {"weights", "shape", "stored as", "largest error", "signal to noise"};
  if (!report.output_errors.empty()) header.emplace_back("output's largest error");
  TextTable table(header);
  for (const QuantizedLayer& layer : report.result.layers) {
    std::vector<std::string> row = {layer.name, ToText(layer.shape), FormatText(layer), Percent(layer.error.relative()),
                                    fmt::format("{:.1f} dB", layer.error.signal_to_noise_decibel())};
    if (!report.output_errors.empty()) {
      const auto error = OutputErrorOf(report, layer);
      row.push_back(error ? Percent(*error) : "not seen");
    }
    table.Add(std::move(row));
  }
  fmt::print("{}\nlargest error: of the largest magnitude of the same weights{}\n", table.Plain(),
             report.output_errors.empty() ? "" : ", or of the same output before, over the data");
}

double Rate(std::size_t errors, std::size_t words) {
  return words == 0 ? 0 : static_cast<double>(errors) / static_cast<double>(words);
}

void PrintTexts(const TextCost& cost) {
  fmt::print("\ntexts, {}: {} of {} changed, {} of {} words\n", cost.reading, cost.changed_texts, cost.recordings,
             cost.changed_words, cost.words_before);
  if (cost.words_said == 0) return;
  fmt::print("word errors, {}: {} of {} words before ({}), {} now ({})\n", cost.reading, cost.errors_before,
             cost.words_said, Percent(Rate(cost.errors_before, cost.words_said), 2), cost.errors_after,
             Percent(Rate(cost.errors_after, cost.words_said), 2));
}

Json LayerJson(const QuantizeReport& report, const QuantizedLayer& layer) {
  const double noise = layer.error.signal_to_noise_decibel();
  Json shape = Json::array();
  for (const Dim dim : layer.shape.dims()) shape.push_back(dim);
  Json json = {{"name", layer.name},
               {"shape", shape},
               {"format", NameOf(layer.format)},
               {"group", layer.group},
               {"activations", quantize::NameOf(layer.activations)},
               {"largest_relative_error", layer.error.relative()},
               {"signal_to_noise_db", std::isfinite(noise) ? Json(noise) : Json()},
               {"bytes_before", layer.bytes_before},
               {"bytes_after", layer.bytes_after}};
  if (const auto error = OutputErrorOf(report, layer)) json["largest_relative_output_error"] = *error;
  return json;
}

Json TextsJson(const TextCost& cost) {
  Json json = {{"reading", cost.reading},
               {"recordings", cost.recordings},
               {"changed_texts", cost.changed_texts},
               {"words_before", cost.words_before},
               {"changed_words", cost.changed_words}};
  if (cost.words_said == 0) return json;
  json["words_said"] = cost.words_said;
  json["word_errors_before"] = cost.errors_before;
  json["word_errors_after"] = cost.errors_after;
  json["word_error_rate_before"] = Rate(cost.errors_before, cost.words_said);
  json["word_error_rate_after"] = Rate(cost.errors_after, cost.words_said);
  return json;
}

void AddDataJson(const DataCost& cost, Json& json) {
  for (const TextCost& texts : cost.texts) json["texts"].push_back(TextsJson(texts));
  if (!cost.perplexity) return;
  json["perplexity"] = {
      {"words", cost.perplexity->words}, {"before", cost.perplexity->before}, {"after", cost.perplexity->after}};
}

}  // namespace

void PrintReport(const QuantizeReport& report) {
  PrintLayers(report);
  for (const TextCost& texts : report.data.texts) PrintTexts(texts);
  if (const auto& cost = report.data.perplexity) {
    fmt::print("\nperplexity over {} words: {:.4f} before, {:.4f} now ({:+.3f} %)\n", cost->words, cost->before,
               cost->after, 100 * (cost->after / cost->before - 1));
  }
  fmt::print("\nall constants: {} bytes before, {} now\nXML file: {}\nBIN file: {}\n", report.bytes_before,
             Summarise(report.result.graph).weight_bytes, std::filesystem::absolute(report.files.xml).string(),
             std::filesystem::absolute(report.files.bin).string());
}

void PrintReportAsJson(const QuantizeReport& report) {
  Json layers = Json::array();
  for (const QuantizedLayer& layer : report.result.layers) layers.push_back(LayerJson(report, layer));
  Json json = {{"xml", std::filesystem::absolute(report.files.xml).string()},
               {"bin", std::filesystem::absolute(report.files.bin).string()},
               {"xml_bytes", report.files.xml_bytes},
               {"bin_bytes", report.files.bin_bytes},
               {"weight_bytes_before", report.bytes_before},
               {"weight_bytes_after", Summarise(report.result.graph).weight_bytes},
               {"layers", layers}};
  AddDataJson(report.data, json);
  fmt::print("{}\n", json.dump(2));
}

}  // namespace stepwell::cli
