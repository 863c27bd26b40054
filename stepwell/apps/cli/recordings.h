#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace stepwell::cli {

// Sound, and what is said in it where that is known.
struct Recording {
  std::filesystem::path audio;
  std::optional<std::string> transcript;
};

// What the user named as recordings:
// - a sound file, or a folder of them (in the order of their names): the transcript of NAME.wav is NAME.txt beside it;
// - a list, with paths from its own folder on: .csv with the columns wav_filename and transcript (as DeepSpeech's
//   training takes it), .json with an array of {"file": ..., "transcript": ...}, or .txt or .tsv with a recording a
//   line: its path, and behind a tabulator the transcript.
// Throws Error naming the file: kIo, kInvalidModel for a damaged list, kInvalidArgument where there are none.
std::vector<Recording> FindRecordings(const std::filesystem::path& data);

}  // namespace stepwell::cli
