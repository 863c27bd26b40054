#include "stepwell/apps/cli/recordings.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "stepwell/base/error.h"
#include "stepwell/base/file.h"
#include "stepwell/base/text.h"

namespace stepwell::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostListBytes = std::size_t{1} << 28;
constexpr std::size_t kMostTranscriptBytes = std::size_t{1} << 20;

bool IsSound(const fs::path& path) {
  static constexpr std::array kExtensions = {".wav", ".flac", ".ogg", ".oga", ".opus", ".aif", ".aiff",
                                             ".au",  ".raw",  ".pcm", ".s16", ".mp3",  ".caf"};
  return std::find(kExtensions.begin(), kExtensions.end(), path.extension().string()) != kExtensions.end();
}

Recording WithTextBeside(const fs::path& audio) {
  const fs::path text = fs::path(audio).replace_extension(".txt");
  if (!fs::exists(text)) return {audio, std::nullopt};
  return {audio, std::string(Trim(ReadTextFile(text, kMostTranscriptBytes)))};
}

std::vector<Recording> InFolder(const fs::path& folder) {
  std::vector<fs::path> sounds;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (IsSound(entry.path())) sounds.push_back(entry.path());
  }
  std::sort(sounds.begin(), sounds.end());
  std::vector<Recording> recordings;
  for (const fs::path& sound : sounds) recordings.push_back(WithTextBeside(sound));
  return recordings;
}

// One line of a .csv: fields between commas, in quotes where they hold some, a quote inside twice (RFC 4180).
std::vector<std::string> CsvFields(std::string_view line) {
  std::vector<std::string> fields(1);
  bool quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '"') {
      const bool is_letter = quoted && i + 1 < line.size() && line[i + 1] == '"';
      if (is_letter)
        fields.back() += line[i++];
      else
        quoted = !quoted;
    } else if (line[i] == ',' && !quoted) {
      fields.emplace_back();
    } else {
      fields.back() += line[i];
    }
  }
  return fields;
}

std::vector<std::string_view> LinesOf(std::string_view text) {
  std::vector<std::string_view> lines;
  for (std::string_view line : Split(text, '\n')) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (!Trim(line).empty()) lines.push_back(line);
  }
  return lines;
}

std::vector<Recording> InCsv(std::string_view text) {
  const std::vector<std::string_view> lines = LinesOf(text);
  const std::vector<std::string> header = lines.empty() ? std::vector<std::string>() : CsvFields(lines[0]);
  const auto file = std::find(header.begin(), header.end(), "wav_filename");
  const auto said = std::find(header.begin(), header.end(), "transcript");
  Require(file != header.end(), ErrorKind::kInvalidModel, "its first line names no column 'wav_filename'");
  std::vector<Recording> recordings;
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const std::vector<std::string> fields = CsvFields(lines[i]);
    if (fields.size() != header.size()) {
      throw Error(ErrorKind::kInvalidModel,
                  fmt::format("row {} has {} fields, and {} were expected", i, fields.size(), header.size()));
    }
    Recording& recording = recordings.emplace_back();
    recording.audio = fields[static_cast<std::size_t>(file - header.begin())];
    if (said != header.end()) recording.transcript = fields[static_cast<std::size_t>(said - header.begin())];
  }
  return recordings;
}

std::vector<Recording> InJson(std::string_view text) {
  const auto json = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  const bool is_list = json.is_array() && std::all_of(json.begin(), json.end(), [](const auto& entry) {
                         return entry.is_object() && entry.contains("file") && entry["file"].is_string();
                       });
  Require(is_list, ErrorKind::kInvalidModel, "it is no array of objects with a text 'file'");
  std::vector<Recording> recordings;
  for (const auto& entry : json) {
    Recording& recording = recordings.emplace_back();
    recording.audio = entry["file"].get<std::string>();
    const auto said = entry.find("transcript");
    if (said != entry.end() && said->is_string()) recording.transcript = said->get<std::string>();
  }
  return recordings;
}

std::vector<Recording> InLines(std::string_view text) {
  std::vector<Recording> recordings;
  for (const std::string_view line : LinesOf(text)) {
    const std::size_t tab = line.find('\t');
    Recording& recording = recordings.emplace_back();
    recording.audio = std::string(Trim(line.substr(0, tab)));
    if (tab != line.npos) recording.transcript = std::string(Trim(line.substr(tab + 1)));
  }
  return recordings;
}

std::vector<Recording> InList(const fs::path& list) {
  const std::string text = ReadTextFile(list, kMostListBytes);
  const std::string extension = list.extension().string();
  std::vector<Recording> recordings = While([&] { return fmt::format("reading the list '{}'", list.string()); },
                                            [&] {
                                              if (extension == ".csv") return InCsv(text);
                                              return extension == ".json" ? InJson(text) : InLines(text);
                                            });
  for (Recording& recording : recordings) {
    if (recording.audio.is_relative()) recording.audio = list.parent_path() / recording.audio;
    if (!recording.transcript) recording = WithTextBeside(recording.audio);
  }
  return recordings;
}

bool IsList(const fs::path& path) {
  static constexpr std::array kExtensions = {".csv", ".json", ".txt", ".tsv"};
  return std::find(kExtensions.begin(), kExtensions.end(), path.extension().string()) != kExtensions.end();
}

}  // namespace

std::vector<Recording> FindRecordings(const fs::path& data) {
  std::vector<Recording> recordings;
  if (fs::is_directory(data)) {
    recordings = InFolder(data);
  } else if (IsList(data)) {
    recordings = InList(data);
  } else {
    recordings = {WithTextBeside(data)};
  }
  if (recordings.empty()) {
    throw Error(ErrorKind::kInvalidArgument, fmt::format("'{}' holds no recordings", data.string()));
  }
  return recordings;
}

}  // namespace stepwell::cli
