#include "stepwell/converter/source/checkpoint_files.h"

#include <fmt/format.h>
#include <fnmatch.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "stepwell/base/beside.h"
#include "stepwell/base/error.h"
#include "stepwell/base/file.h"
#include "stepwell/base/memory.h"
#include "stepwell/base/text.h"
#include "stepwell/converter/source/table_reader.h"
#include "stepwell/converter/source/text_format.h"
#include "stepwell/converter/source/wire_reader.h"

namespace stepwell::converter {
namespace {

namespace fs = std::filesystem;

// The file in which training notes which checkpoint is the one to take; the best one of DeepSpeech's first.
constexpr std::array<std::string_view, 2> kStateFiles = {"best_dev_checkpoint", "checkpoint"};

bool Matches(const std::string& name, const char* pattern) { return ::fnmatch(pattern, name.c_str(), 0) == 0; }
bool IsDataFile(const std::string& name) {
  return Matches(name, "*.data-[0-9][0-9][0-9][0-9][0-9]-of-[0-9][0-9][0-9][0-9][0-9]");
}
bool IsStateFile(const std::string& name) {
  return std::find(kStateFiles.begin(), kStateFiles.end(), name) != kStateFiles.end();
}
bool HasWildcard(const std::string& name) { return name.find_first_of("*?[") != std::string::npos; }

fs::path FolderOf(const fs::path& path) { return path.has_parent_path() ? path.parent_path() : fs::path("."); }
fs::path WithSuffix(const fs::path& path, std::string_view suffix) { return path.string() + std::string(suffix); }
// Without the last `suffix`, which may hold dots.
fs::path WithoutSuffix(const fs::path& path, std::size_t suffix_size) {
  const std::string text = path.string();
  return text.substr(0, text.size() - suffix_size);
}
fs::path PrefixOfDataFile(const fs::path& path) {
  return path.parent_path() / path.filename().string().substr(0, path.filename().string().rfind(".data-"));
}

bool IsTableFile(const fs::path& path) { return fs::is_regular_file(path) && Table::IsTable(MapFile(path)); }

// The regular files of a folder whose names `wanted` takes, sorted.
template <class Wanted>
std::vector<fs::path> FilesOf(const fs::path& folder, Wanted wanted) {
  std::vector<fs::path> files;
  if (!fs::is_directory(folder)) return files;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    if (entry.is_regular_file() && wanted(entry.path().filename().string())) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::vector<fs::path> DataFilesOf(const fs::path& prefix) {
  const std::string begin = prefix.filename().string() + ".data-";
  return FilesOf(FolderOf(prefix), [&](const std::string& name) { return name.starts_with(begin); });
}

// "ckpt-base" and the like for "ckpt".
std::vector<fs::path> TablesOf(const fs::path& prefix) {
  const std::string begin = prefix.filename().string() + "-";
  auto files = FilesOf(FolderOf(prefix), [&](const std::string& name) { return name.starts_with(begin); });
  std::erase_if(files, [](const fs::path& file) { return file.extension() == ".index" || !IsTableFile(file); });
  return files;
}

std::string NamesOf(const std::vector<fs::path>& paths) {
  std::vector<std::string> names;
  for (const fs::path& path : paths) names.push_back(fmt::format("'{}'", path.string()));
  return Join(names, ", ");
}

CheckpointFiles V1(const fs::path& path, std::vector<fs::path> files) {
  for (const fs::path& file : files) RequireBeside(file, files.front());
  return {CheckpointFormat::kV1, path, std::move(files)};
}
CheckpointFiles V2(const fs::path& prefix) { return {CheckpointFormat::kV2, prefix, {}}; }

[[noreturn]] void ThrowWithoutIndex(const fs::path& prefix, const fs::path& found) {
  throw Error(ErrorKind::kIo,
              fmt::format("'{}' is there, but '{}.index', which says what is in it, is missing; copy it from "
                          "where the checkpoint was saved",
                          found.string(), prefix.string()));
}

// A prefix as TensorFlow means it: not a file itself, but what the names of the files begin with.
std::optional<CheckpointFiles> FindByPrefix(const fs::path& prefix) {
  if (fs::is_regular_file(WithSuffix(prefix, ".index"))) return V2(prefix);
  const auto data = DataFilesOf(prefix);
  if (!data.empty()) ThrowWithoutIndex(prefix, data.front());
  std::vector<fs::path> shards = TablesOf(prefix);
  if (!shards.empty()) return V1(prefix, std::move(shards));
  if (fs::is_regular_file(WithSuffix(prefix, ".meta"))) ThrowWithoutIndex(prefix, WithSuffix(prefix, ".meta"));
  return std::nullopt;
}

std::string ReadStatePath(const fs::path& state_file) {
  constexpr std::size_t kMostBytes = std::size_t{1} << 20;
  const SharedBytes state = TextToWire(ReadTextFile(state_file, kMostBytes), TextMessage::kCheckpointState);
  std::string path;
  for (WireReader message(state); message.Next();) {
    if (message.field() == 1) path = message.String();
  }
  Require(!path.empty(), ErrorKind::kInvalidModel, "it does not say model_checkpoint_path");
  return path;
}

// The prefix that a state file names. A full path is that of the machine that trained: its last part counts, here.
fs::path PrefixFromState(const fs::path& state_file) {
  const std::string text = While([&] { return fmt::format("reading '{}'", state_file.string()); },
                                 [&] { return ReadStatePath(state_file); });
  const fs::path named(text);
  const fs::path relative = named.is_absolute() ? named.filename() : named.lexically_normal();
  if (relative.empty() || *relative.begin() == "..") {
    throw Error(
        ErrorKind::kInvalidModel,
        fmt::format(
            "'{}' names the checkpoint '{}', which lies outside its folder; give the checkpoint's prefix itself",
            state_file.string(), text));
  }
  return FolderOf(state_file) / relative;
}

CheckpointFiles FindByState(const fs::path& state_file) {
  const fs::path prefix = PrefixFromState(state_file);
  if (fs::is_regular_file(prefix)) return V1(prefix, {prefix});
  if (auto found = FindByPrefix(prefix)) return *found;
  throw Error(ErrorKind::kIo, fmt::format("'{}' names the checkpoint '{}', of which no file is there",
                                          state_file.string(), prefix.string()));
}

// Whether a file in a folder of V1 shards is something else.
bool IsNoShard(const fs::path& path) {
  constexpr std::array<std::string_view, 8> kOther = {".meta", ".pb",   ".pbtxt", ".txt",
                                                      ".md",   ".json", ".log",   ".sha256"};
  const std::string extension = path.extension().string();
  return path.filename().string().starts_with('.') ||
         std::find(kOther.begin(), kOther.end(), extension) != kOther.end();
}

CheckpointFiles FindInFolder(const fs::path& folder) {
  for (const std::string_view name : kStateFiles) {
    if (fs::is_regular_file(folder / name)) return FindByState(folder / name);
  }
  const std::vector<fs::path> indices =
      FilesOf(folder, [](const std::string& name) { return name.ends_with(".index"); });
  if (indices.size() == 1) return V2(WithoutSuffix(indices.front(), std::string_view(".index").size()));
  if (indices.size() > 1) {
    throw Error(
        ErrorKind::kInvalidArgument,
        fmt::format("'{}' holds {} checkpoints and no file 'checkpoint' that says which to take; give one of {}",
                    folder.string(), indices.size(), NamesOf(indices)));
  }
  std::vector<fs::path> shards = FilesOf(folder, [](const std::string&) { return true; });
  if (const auto data = std::find_if(shards.begin(), shards.end(),
                                     [](const fs::path& file) { return IsDataFile(file.filename().string()); });
      data != shards.end()) {
    ThrowWithoutIndex(PrefixOfDataFile(*data), *data);
  }
  std::erase_if(shards, IsNoShard);
  if (std::none_of(shards.begin(), shards.end(), IsTableFile)) {
    throw Error(ErrorKind::kIo,
                fmt::format("the folder '{}' holds no checkpoint: neither a file 'checkpoint', nor '*.index', "
                            "nor shards of a V1 checkpoint",
                            folder.string()));
  }
  return V1(folder, std::move(shards));
}

CheckpointFiles FindByFile(const fs::path& file) {
  const std::string name = file.filename().string();
  if (IsDataFile(name)) {
    throw Error(
        ErrorKind::kInvalidArgument,
        fmt::format("'{}' is one of the data files of a checkpoint; give what the names of its files begin with: '{}'",
                    file.string(), PrefixOfDataFile(file).string()));
  }
  if (IsStateFile(name)) return FindByState(file);
  for (const std::string_view suffix : {".index", ".meta"}) {
    if (!name.ends_with(suffix)) continue;
    const fs::path prefix = WithoutSuffix(file, suffix.size());
    if (fs::is_regular_file(prefix) && IsTableFile(prefix)) return V1(prefix, {prefix});
    if (auto found = FindByPrefix(prefix)) return *found;
  }
  if (fs::is_regular_file(WithSuffix(file, ".index"))) return V2(file);
  return V1(file, {file});
}

CheckpointFiles FindByPattern(const fs::path& pattern) {
  const std::string wanted = pattern.filename().string();
  auto files = FilesOf(FolderOf(pattern), [&](const std::string& name) { return Matches(name, wanted.c_str()); });
  if (files.empty()) throw Error(ErrorKind::kIo, fmt::format("no file matches '{}'", pattern.string()));
  return V1(pattern, std::move(files));
}

}  // namespace

CheckpointFiles FindCheckpoint(const fs::path& path) {
  if (fs::is_directory(path)) return FindInFolder(path);
  if (fs::is_regular_file(path)) return FindByFile(path);
  if (auto found = FindByPrefix(path)) return *found;
  if (HasWildcard(path.filename().string())) return FindByPattern(path);
  throw Error(
      ErrorKind::kIo,
      fmt::format("there is no file '{0}', and no '{0}.index', with which it would be a checkpoint", path.string()));
}

bool IsCheckpointFile(const fs::path& path) {
  const std::string name = path.filename().string();
  return !fs::is_regular_file(path) || IsDataFile(name) || IsStateFile(name) || IsTableFile(path);
}

bool HasCheckpointFiles(const fs::path& prefix) {
  return fs::is_regular_file(WithSuffix(prefix, ".index")) || IsTableFile(prefix) || !DataFilesOf(prefix).empty();
}

}  // namespace stepwell::converter
