#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <filesystem>

namespace stepwell::runtime {

// What the file system says of a file: who writes to it, replaces it or puts another in its place changes this. (The
// time of the last change cannot be set back, unlike that of the last write.)
struct FileMark {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::uint64_t bytes = 0;
  std::int64_t written_ns = 0;  // since 1970
  std::int64_t changed_ns = 0;

  friend bool operator==(const FileMark&, const FileMark&) = default;
};

// Throws Error(kIo) naming the file.
FileMark MarkOf(const std::filesystem::path& path);

// Whether the file's mark would differ if it were changed from now on: a clock of files ticks every few milliseconds,
// or every two seconds where it shows whole seconds only, and two changes within a tick look the same. Waits for the
// end of the tick, if there is one.
bool AwaitTick(const FileMark& mark);

// 128 bits of a file's content. Reads all of it, by the shared team of threads, and gives its pages back.
std::array<std::uint64_t, 2> ContentDigest(const std::filesystem::path& path);

// The two files of a model, as they were when they were looked at, which is before they are read.
struct ModelFiles {
  static ModelFiles LookAt(const std::filesystem::path& xml);

  bool AreAsBefore() const;
  std::filesystem::path bin() const;

  std::filesystem::path xml;
  FileMark xml_mark;
  FileMark bin_mark;
};

}  // namespace stepwell::runtime
