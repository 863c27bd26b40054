#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "stepwell/apps/cli/command.h"
#include "stepwell/apps/cli/model_flags.h"
#include "stepwell/apps/cli/output_folder.h"
#include "stepwell/apps/cli/progress_bar.h"
#include "stepwell/apps/cli/run_calls.h"
#include "stepwell/base/file.h"
#include "stepwell/base/npy.h"
#include "stepwell/base/text.h"
#include "stepwell/ir/structure.h"

namespace stepwell::cli {
namespace {

constexpr std::size_t kMostSnapshotBytes = std::size_t{1} << 32;

struct RunFlags {
  explicit RunFlags(CLI::App& command) : model(command, ModelFlags::Input::kCutsOrFiles) {}

  ModelFlags model;
  std::string output_dir;
  std::string state_in;
  std::string state_out;
  bool sequence = false;
  bool json = false;
};

std::vector<NamedArray> ReadInputs(const std::vector<std::string>& pieces) {
  std::vector<NamedArray> arrays;
  for (const std::string& piece : pieces) {
    const std::size_t equals = piece.find('=');
    const std::string file = piece.substr(equals + 1);
    arrays.push_back({piece.substr(0, equals), ReadNpy(file), file});
  }
  return arrays;
}

// The name with every character that is not safe in a file name replaced.
std::string FileNameOf(const std::string& output) {
  std::string name = output;
  for (char& c : name) {
    const bool safe = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' || c == '_' || c == '-';
    if (!safe) c = '_';
  }
  return name + ".npy";
}

// Names that differ may be one name for a file.
void RequireDistinctFiles(const std::vector<NamedArray>& outputs) {
  std::map<std::string, std::string> output_of;
  for (const NamedArray& output : outputs) {
    const auto [other, is_new] = output_of.emplace(FileNameOf(output.name), output.name);
    if (is_new) continue;
    throw Error(ErrorKind::kInvalidArgument, fmt::format("the outputs '{}' and '{}' would both be written to '{}'",
                                                         other->second, output.name, other->first));
  }
}

nlohmann::ordered_json WriteOutputs(const RunFlags& flags, const RunResult& result) {
  const std::filesystem::path folder = flags.output_dir;
  MakeOutputFolder(folder, "--output-dir");
  nlohmann::ordered_json written = nlohmann::ordered_json::array();
  for (const NamedArray& output : result.outputs) {
    const std::filesystem::path path = folder / FileNameOf(output.name);
    WriteNpy(path, output.values.view());
    written.push_back({{"output", output.name}, {"type", ToText(output.values.type())}, {"file", path.string()}});
  }
  return written;
}

void Print(const RunFlags& flags, const RunResult& result, const nlohmann::ordered_json& written) {
  if (flags.json) {
    nlohmann::ordered_json left_out = nlohmann::ordered_json::array();
    for (const LeftOutOutput& output : result.left_out) {
      left_out.push_back({{"output", output.name}, {"missing_inputs", output.missing_inputs}});
    }
    fmt::print("{}\n",
               nlohmann::ordered_json({{"calls", result.calls}, {"outputs", written}, {"left_out", left_out}}).dump(2));
    return;
  }
  for (const auto& file : written) {
    fmt::print("{}  {}  {}\n", file["file"].get<std::string>(), file["output"].get<std::string>(),
               file["type"].get<std::string>());
  }
  for (const LeftOutOutput& output : result.left_out) {
    fmt::print(stderr, "left out '{}': it needs the input{} '{}'\n", output.name,
               output.missing_inputs.size() == 1 ? "" : "s", Join(output.missing_inputs, "', '"));
  }
}

void Run(const RunFlags& flags) {
  const auto model = flags.model.Load();
  ir::RequireWeights(model->graph());
  RunRequest request;
  request.inputs = ReadInputs(flags.model.input_files());
  request.calls = flags.sequence ? RunRequest::Calls::kLeadingAxis : RunRequest::Calls::kOne;
  if (!flags.state_in.empty()) {
    const std::string bytes = ReadTextFile(flags.state_in, kMostSnapshotBytes);
    request.snapshot = {flags.state_in, SharedBytes::CopyOf(std::as_bytes(std::span(bytes)))};
  }
  ProgressBar bar("running");
  const RunResult result = While([&] { return fmt::format("running '{}'", flags.model.name()); },
                                 [&] { return RunCalls(*model, request, [&](double done) { bar.Show(done); }); });
  RequireDistinctFiles(result.outputs);
  // Begun before the outputs are written, so that none are where the state cannot be.
  std::optional<AtomicFile> snapshot;
  if (!flags.state_out.empty()) snapshot.emplace(flags.state_out).Write(result.snapshot);
  const auto written = WriteOutputs(flags, result);
  if (snapshot) snapshot->Commit();
  Print(flags, result, written);
}

}  // namespace

void AddRunCommand(CLI::App& program) {
  CLI::App* command = program.add_subcommand("run", "Run a model on arrays (.npy), one call or a sequence of calls");
  const auto flags = std::make_shared<RunFlags>(*command);
  flags->model.AddCacheFlag(*command);
  command->add_option("--output-dir", flags->output_dir, "Folder for the outputs, NAME.npy each")->required();
  command->add_flag("--sequence", flags->sequence,
                    "Inputs have one more leading axis, the calls; state is carried; so have the outputs");
  command->add_option("--state-in", flags->state_in, "Go on from this snapshot");
  command->add_option("--state-out", flags->state_out, "Save the state after the last call");
  command->add_flag("--json", flags->json, "Print what was written as JSON");
  command->callback([flags] { Run(*flags); });
}

}  // namespace stepwell::cli
