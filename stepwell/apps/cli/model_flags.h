#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "stepwell/apps/cli/preprocess_flags.h"
#include "stepwell/converter/convert.h"
#include "stepwell/runtime/loaded_model.h"

namespace CLI {
class App;
}

namespace stepwell::cli {

// The argument MODEL and mo's flags that describe it, which every command takes: a model is IR (.xml), run as it is, or
// any source that `convert` reads, converted in memory.
class ModelFlags {
 public:
  // The meaning of --input in this command.
  enum class Input {
    kCuts,         // mo's: where the graph is cut
    kCutsOrFiles,  // pieces with "=" are NAME=FILE and are left to the command: input_files()
  };

  explicit ModelFlags(CLI::App& command, Input input = Input::kCuts);

  bool has_model() const;
  // The model as the user named it, for messages.
  std::string name() const;
  // --batch. A source is converted for it; in IR it may be given to a batch that is free.
  std::optional<std::int64_t> batch() const;
  // The pieces "NAME=FILE" of --input.
  const std::vector<std::string>& input_files() const { return input_files_; }
  // Sets the budget of threads that was asked for; Load() does so, too.
  void ApplyThreads() const;

  // What was said, parsed. Throws CLI::ValidationError (a mistake of usage) for a value that cannot be read.
  converter::ConvertOptions Options() const;
  // Adds --cache-dir, which Load() obeys.
  void AddCacheFlag(CLI::App& command);

  // The model, ready to run, with the budget of threads set. Shows progress and warnings on standard error.
  std::shared_ptr<const runtime::LoadedModel> Load() const;
  // The graph alone, to be looked at: IR may lack its `.bin` (ir::ReadIrOptions).
  ir::Graph LoadGraph() const;

 private:
  void AddSourceFlags(CLI::App& command);
  void AddGraphFlags(CLI::App& command);
  std::filesystem::path ModelPath() const;
  converter::SourceOptions Source() const;
  std::shared_ptr<const runtime::LoadedModel> LoadWithCache(const converter::ConvertOptions& options) const;
  // IR is run as it is: whatever says how to convert is a mistake there.
  void RefuseConversionFlags() const;

  std::string model_;
  std::string input_model_;
  std::string meta_graph_;
  std::string checkpoint_;
  std::string saved_model_dir_;
  std::string saved_model_tags_;
  std::string signature_;
  std::vector<std::string> inputs_;
  std::vector<std::string> input_files_;
  std::string input_shapes_;
  std::string freezes_;
  std::string outputs_;
  std::string batch_;
  std::string states_;
  std::vector<std::string> roles_;
  std::string model_name_;
  std::string cache_dir_;
  std::string data_type_;
  std::string framework_ = "tf";
  bool is_text_ = false;
  bool static_shape_ = false;
  bool compress_to_fp16_ = false;
  bool no_checksums_ = false;
  bool structure_only_ = false;
  PreprocessFlags preprocess_;
  int threads_ = 0;
};

// Runs a conversion with a progress bar.
converter::ConvertResult ConvertWithProgress(converter::ConvertOptions options);
void PrintWarnings(const std::vector<std::string>& warnings);

}  // namespace stepwell::cli
