#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

namespace stepwell::converter {

enum class CheckpointFormat : std::uint8_t { kV1, kV2 };

// The files of a checkpoint.
struct CheckpointFiles {
  CheckpointFormat format = CheckpointFormat::kV2;
  std::filesystem::path path;                // V2: the prefix; V1: what the user gave
  std::vector<std::filesystem::path> files;  // V1: the tables, sorted
};

// What `path` stands for; see OpenCheckpoint. Throws Error(kIo) or Error(kInvalidArgument) saying what to give instead.
CheckpointFiles FindCheckpoint(const std::filesystem::path& path);

// Whether only a checkpoint can be meant: a folder, a table, a data file, a file that notes a checkpoint, or nothing at
// all under that very name (a prefix or pattern).
bool IsCheckpointFile(const std::filesystem::path& path);

// Whether there are variables whose files' names begin with `prefix`.
bool HasCheckpointFiles(const std::filesystem::path& prefix);

}  // namespace stepwell::converter
