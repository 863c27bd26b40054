#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>
#include <optional>

#include "stepwell/apps/cli/command.h"
#include "stepwell/apps/cli/model_flags.h"
#include "stepwell/base/file.h"
#include "stepwell/runtime/loaded_model.h"
#include "stepwell/view/write.h"

namespace stepwell::cli {
namespace {

constexpr std::size_t kMostProfileBytes = std::size_t{64} << 20U;

struct ViewFlags {
  explicit ViewFlags(CLI::App& command) : model(command) {}

  ModelFlags model;
  std::string output;
  std::string profile;
  std::size_t most_boxes = view::ViewOptions().most_boxes;
};

// What is wrong with the file's extension, as the parser of flags wants it; empty where nothing is.
std::string ExtensionError(const std::string& path) {
  const std::string extension = std::filesystem::path(path).extension().string();
  if (extension == ".html" || extension == ".svg" || extension == ".dot") return {};
  return fmt::format("'{}' ends in none of .html, .svg and .dot, which say what to write", path);
}

std::optional<view::Profile> ReadProfile(const std::string& path) {
  if (path.empty()) return std::nullopt;
  return While([&] { return fmt::format("reading the profile '{}'", path); },
               [&] { return view::Profile::Parse(ReadTextFile(path, kMostProfileBytes)); });
}

std::string Picture(const ViewFlags& flags, const ir::Graph& graph) {
  const std::optional<view::Profile> profile = ReadProfile(flags.profile);
  const view::ViewOptions options{flags.most_boxes, profile ? &*profile : nullptr};
  const std::string extension = std::filesystem::path(flags.output).extension().string();
  if (extension == ".dot") return view::DotOf(graph);
  return extension == ".svg" ? view::SvgOf(graph, options) : view::HtmlOf(graph, options);
}

void View(const ViewFlags& flags) {
  const auto model = flags.model.Load();
  const std::string picture = Picture(flags, model->graph());
  AtomicFile file(flags.output);
  file.Write(picture);
  file.Commit();
}

}  // namespace

void AddViewCommand(CLI::App& program) {
  CLI::App* command = program.add_subcommand("view", "Draw a model's graph: a page to explore, a picture, or Graphviz");
  const auto flags = std::make_shared<ViewFlags>(*command);
  command->add_option("-o,--output_file", flags->output, "What to write: FILE.html, FILE.svg or FILE.dot")
      ->required()
      ->check(ExtensionError);
  command->add_option("--profile", flags->profile,
                      "Colour nodes by their time: a file with what 'bench MODEL --per-op --json' printed");
  command->add_option("--boxes", flags->most_boxes, "Unfold scopes at first, outermost first, up to so many boxes")
      ->capture_default_str();
  command->callback([flags] { View(*flags); });
}

}  // namespace stepwell::cli
