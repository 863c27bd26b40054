#include "stepwell/apps/cli/model_flags.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "stepwell/apps/cli/mo_flags.h"
#include "stepwell/apps/cli/progress_bar.h"
#include "stepwell/base/error.h"
#include "stepwell/base/parallel.h"
#include "stepwell/base/text.h"
#include "stepwell/converter/annotate_ir.h"
#include "stepwell/ir/ir_file.h"
#include "stepwell/ops/registry.h"

namespace stepwell::cli {
namespace {

constexpr const char* kSourceGroup = "What to read";
constexpr const char* kGraphGroup = "Inputs, outputs and states";
constexpr const char* kFileGroup = "What to write";

// A flag's value that cannot be read is a mistake of usage, whatever the parser below calls it.
template <class Parse>
auto AsUsage(Parse&& parse) {
  try {
    return parse();
  } catch (const Error& error) {
    throw CLI::ValidationError(error.what(), CLI::ExitCodes::ValidationError);
  }
}

converter::GraphEncoding EncodingOf(bool is_text) {
  return is_text ? converter::GraphEncoding::kText : converter::GraphEncoding::kDetect;
}

ir::Graph ConvertWithWarnings(const converter::ConvertOptions& options) {
  converter::ConvertResult converted = ConvertWithProgress(options);
  PrintWarnings(converted.warnings);
  return std::move(converted.graph);
}

// A bar from the first weights that are packed until they are written.
std::function<void(double)> PackingProgress() {
  return [bar = std::make_shared<std::optional<ProgressBar>>()](double done) {
    if (done >= 1) return bar->reset();
    if (!*bar) bar->emplace("packing weights");
    (*bar)->Show(done);
  };
}

}  // namespace

ModelFlags::ModelFlags(CLI::App& command, Input input) {
  AddSourceFlags(command);
  const char* help = input == Input::kCuts
                         ? "Inputs: NAME, NAME:PORT, PORT:NAME, each with [SHAPE], {TYPE}, ->VALUE"
                         : "NAME=FILE.npy feeds an input; without '=', the converter's inputs (see convert --help)";
  CLI::Option* inputs = command.add_option_function<std::vector<std::string>>(
      "--input",
      [this, input](const std::vector<std::string>& pieces) {
        for (const std::string& piece : pieces) {
          const bool is_file = input == Input::kCutsOrFiles && piece.find('=') != std::string::npos;
          (is_file ? input_files_ : inputs_).push_back(piece);
        }
      },
      help);
  inputs->expected(1)->take_all()->allow_extra_args(false)->group(kGraphGroup);
  AddGraphFlags(command);
  preprocess_.AddTo(command);
  AddMoFlags(command);
  command.add_option("--threads", threads_, "Threads to compute with (default: what the machine gives)")
      ->check(CLI::Range(1, 1024));
}

void ModelFlags::AddSourceFlags(CLI::App& command) {
  const auto add = [&command](const char* name, std::string& value, const char* help) {
    return command.add_option(name, value, help)->group(kSourceGroup);
  };
  CLI::Option* positional = command.add_option(
      "MODEL", model_, "IR (.xml), or a source: .pb, .pbtxt, .pbmm, .meta, a checkpoint, its folder, a SavedModel's");
  CLI::Option* input_model = add("-m,-w,--input_model", input_model_, "The same as MODEL");
  CLI::Option* meta_graph = add("--input_meta_graph", meta_graph_, "A MetaGraph (.meta)");
  CLI::Option* saved_model = add("--saved_model_dir", saved_model_dir_, "The folder of a SavedModel");
  positional->excludes(input_model)->excludes(meta_graph)->excludes(saved_model);
  input_model->excludes(meta_graph)->excludes(saved_model);
  meta_graph->excludes(saved_model);
  add("--saved_model_tags", saved_model_tags_, "All tags of the MetaGraph of a SavedModel to take: serve,gpu");
  add("--signature", signature_, "The signature of a SavedModel to take (default: serving_default)");
  CLI::Option* checkpoint = add("--input_checkpoint", checkpoint_, "Variables: a prefix, a file or a folder of shards");
  command.add_option("--input_model_is_text", is_text_, "The graph is text (found out by itself)")->group(kSourceGroup);
  command.add_flag("--no-checksums", no_checksums_, "Do not compare a checkpoint's checksums")->group(kSourceGroup);
  command.add_flag("--structure-only", structure_only_, "Leave the variables without values, as inputs")
      ->excludes(checkpoint)
      ->group(kSourceGroup);
  command.add_option("--framework", framework_, "Only tf is read")
      ->check(CLI::IsMember({"tf", "tensorflow"}))
      ->group(kSourceGroup);
}

void ModelFlags::AddGraphFlags(CLI::App& command) {
  const auto add = [&command](const char* name, std::string& value, const char* help) {
    return command.add_option(name, value, help)->group(kGraphGroup);
  };
  add("--input_shape", input_shapes_, "Shapes of the inputs, in their order: [1,16,19,26],(1,2048)");
  add("--output", outputs_, "Outputs: NAME, NAME:PORT, separated by commas");
  add("--freeze_placeholder_with_value", freezes_, "Makes inputs constants: NAME->VALUE, …");
  add("-b,--batch", batch_, "Fixes the batch");
  command.add_option("--static_shape", static_shape_, "Fixes batch and frames at the source's")->group(kGraphGroup);
  add("--states", states_, "State pairs INPUT=OUTPUT, …; 'none' leaves inputs and outputs unpaired");
  command.add_option("--role", roles_, "ROLE=NAME: says which input or output has a role that apps look for")
      ->expected(1)
      ->take_all()
      ->allow_extra_args(false)
      ->group(kGraphGroup);
  add("-n,--model_name", model_name_, "Name of the model and its files")->group(kFileGroup);
  command.add_option("--compress_to_fp16", compress_to_fp16_, "Store weights as FP16 (off unless given)")
      ->group(kFileGroup);
  add("--data_type", data_type_, "Older spelling: FP16 compresses the weights")
      ->check(CLI::IsMember({"FP16", "FP32", "half", "float"}))
      ->group(kFileGroup);
}

std::optional<std::int64_t> ModelFlags::batch() const {
  if (batch_.empty()) return std::nullopt;
  return AsUsage([&] { return converter::ParseBatch(batch_); });
}

void ModelFlags::RefuseConversionFlags() const {
  const std::string preprocessing = preprocess_.FirstGiven();
  const std::pair<std::string, bool> flags[] = {{"--input", !inputs_.empty()},
                                                {"--input_shape", !input_shapes_.empty()},
                                                {"--input_checkpoint", !checkpoint_.empty()},
                                                {"--input_model_is_text", is_text_},
                                                {"--saved_model_tags", !saved_model_tags_.empty()},
                                                {"--signature", !signature_.empty()},
                                                {"--freeze_placeholder_with_value", !freezes_.empty()},
                                                {"--output", !outputs_.empty()},
                                                {"--static_shape", static_shape_},
                                                {"--structure-only", structure_only_},
                                                {preprocessing, !preprocessing.empty()}};
  for (const auto& [name, is_given] : flags) {
    if (!is_given) continue;
    throw CLI::ValidationError(
        name, "says how to convert a source, and the model is IR already; give it where the source is converted");
  }
}

bool ModelFlags::has_model() const {
  return !ModelPath().empty() || !meta_graph_.empty() || !saved_model_dir_.empty() || !checkpoint_.empty();
}

std::string ModelFlags::name() const {
  for (const std::string* given : {&model_, &input_model_, &meta_graph_, &saved_model_dir_, &checkpoint_}) {
    if (!given->empty()) return *given;
  }
  return "the model";
}

std::filesystem::path ModelFlags::ModelPath() const { return model_.empty() ? input_model_ : model_; }

converter::SourceOptions ModelFlags::Source() const {
  converter::SourceOptions source{.model = ModelPath(),
                                  .meta_graph = meta_graph_,
                                  .checkpoint = checkpoint_,
                                  .saved_model_dir = saved_model_dir_,
                                  .encoding = EncodingOf(is_text_)};
  for (const std::string_view tag : Split(saved_model_tags_, ',')) source.saved_model_tags.emplace_back(Trim(tag));
  if (no_checksums_) source.checksums = converter::Checksums::kSkip;
  if (structure_only_) source.beside = converter::CheckpointBeside::kLeave;
  return source;
}

converter::ConvertOptions ModelFlags::Options() const {
  if (model_name_.find('/') != std::string::npos) {
    throw CLI::ValidationError("--model_name",
                               fmt::format("'{}' holds a '/'; say the folder with --output_dir, and the outputs with "
                                           "--dstNodeName if -n is the graph, as it is for MMdnn",
                                           model_name_));
  }
  if (!has_model()) throw CLI::RequiredError("MODEL (or --input_model, --input_meta_graph, --saved_model_dir)");
  converter::ConvertOptions options;
  options.source = Source();
  options.signature = signature_;
  options.model_name = model_name_;
  options.shapes =
      static_shape_ ? converter::ConvertOptions::Shapes::kStatic : converter::ConvertOptions::Shapes::kFree;
  const bool f16 = compress_to_fp16_ || data_type_ == "FP16" || data_type_ == "half";
  options.weights = f16 ? converter::ConvertOptions::Weights::kF16 : converter::ConvertOptions::Weights::kAsStored;
  if (structure_only_) options.variables = converter::ConvertOptions::Variables::kStructure;
  AsUsage([&] {
    options.preprocessing = preprocess_.Preprocessing();
    options.transforms = preprocess_.Transforms();
    options.inputs = converter::ParseInputs(Join(inputs_, ","));
    options.input_shapes = converter::ParseInputShapes(input_shapes_);
    options.freezes = converter::ParseFreezes(freezes_);
    options.outputs = converter::ParseOutputs(outputs_);
    options.batch = batch();
    if (!states_.empty()) options.states = converter::ParseStates(states_);
    for (const std::string& role : roles_) converter::ParseRole(role, options.roles);
  });
  if (converter::IsIrFile(options.source.model)) RefuseConversionFlags();
  return options;
}

void ModelFlags::ApplyThreads() const {
  if (threads_ > 0) SetThreadBudget(threads_);
}

std::shared_ptr<const runtime::LoadedModel> ModelFlags::Load() const {
  const converter::ConvertOptions options = Options();
  ApplyThreads();
  if (!cache_dir_.empty()) return LoadWithCache(options);
  ir::Graph graph = ConvertWithWarnings(options);
  return While([&] { return fmt::format("preparing '{}'", name()); },
               [&] { return runtime::LoadedModel::Of(std::move(graph)); });
}

std::shared_ptr<const runtime::LoadedModel> ModelFlags::LoadWithCache(const converter::ConvertOptions& options) const {
  if (!converter::IsIrFile(options.source.model) || options.weights != converter::ConvertOptions::Weights::kAsStored) {
    throw CLI::ValidationError("--cache-dir", "keeps the packed weights of IR as it is; convert the model first");
  }
  const auto files = runtime::ModelFiles::LookAt(options.source.model);
  ir::Graph graph = ConvertWithWarnings(options);
  const runtime::WeightCacheOptions cache{.folder = cache_dir_,
                                          .progress = PackingProgress(),
                                          .warning = [](const std::string& text) { PrintWarnings({text}); }};
  return While([&] { return fmt::format("preparing '{}'", name()); },
               [&] { return runtime::LoadedModel::Of(std::move(graph), files, cache); });
}

void ModelFlags::AddCacheFlag(CLI::App& command) {
  command.add_option("--cache-dir", cache_dir_,
                     "Keep packed weights in this folder: later starts map them, and processes share them (IR only)");
}

ir::Graph ModelFlags::LoadGraph() const {
  const converter::ConvertOptions options = Options();
  ApplyThreads();
  std::filesystem::path weights = options.source.model;
  weights.replace_extension(".bin");
  if (!converter::IsIrFile(options.source.model) || std::filesystem::exists(weights)) {
    return ConvertWithWarnings(options);
  }
  return ir::ReadIr(options.source.model, ops::MakeOp, {.weights = ir::ReadIrOptions::Weights::kMayBeMissing});
}

converter::ConvertResult ConvertWithProgress(converter::ConvertOptions options) {
  if (converter::IsIrFile(options.source.model)) return converter::Convert(options);
  ProgressBar bar("converting");
  options.progress = [&](const converter::ConvertProgress& progress) {
    bar.Show(progress.done, std::string(progress.stage));
  };
  return converter::Convert(options);
}

void PrintWarnings(const std::vector<std::string>& warnings) {
  for (const std::string& warning : warnings) fmt::print(stderr, "warning: {}\n", warning);
}

}  // namespace stepwell::cli
