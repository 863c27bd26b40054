#include "stepwell/runtime/model_files.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <thread>
#include <vector>

#include "stepwell/base/checked.h"
#include "stepwell/base/digest.h"
#include "stepwell/base/error.h"
#include "stepwell/base/memory.h"
#include "stepwell/base/parallel.h"

namespace stepwell::runtime {
namespace {

using std::chrono::nanoseconds;

constexpr std::int64_t kNanosecondsPerSecond = 1'000'000'000;
constexpr nanoseconds kFineTick = std::chrono::milliseconds(20);
constexpr nanoseconds kCoarseTick = std::chrono::seconds(2);  // of FAT
constexpr std::size_t kPieceBytes = std::size_t{1} << 20;

std::int64_t Nanoseconds(const timespec& time) { return time.tv_sec * kNanosecondsPerSecond + time.tv_nsec; }

nanoseconds AgeOf(const FileMark& mark) {
  return std::chrono::system_clock::now().time_since_epoch() - nanoseconds(mark.changed_ns);
}

}  // namespace

FileMark MarkOf(const std::filesystem::path& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) {
    throw Error(ErrorKind::kIo, fmt::format("cannot look at '{}': {}", path.string(), std::strerror(errno)));
  }
  return {info.st_dev, info.st_ino, static_cast<std::uint64_t>(info.st_size), Nanoseconds(info.st_mtim),
          Nanoseconds(info.st_ctim)};
}

bool AwaitTick(const FileMark& mark) {
  const nanoseconds tick = mark.changed_ns % kNanosecondsPerSecond == 0 ? kCoarseTick : kFineTick;
  const nanoseconds age = AgeOf(mark);
  if (age < nanoseconds::zero()) return false;  // the clocks differ
  if (age < tick) std::this_thread::sleep_for(tick - age);
  return true;
}

std::array<std::uint64_t, 2> ContentDigest(const std::filesystem::path& path) {
  const SharedBytes file = MapFile(path);
  std::vector<std::array<std::uint64_t, 2>> digests((file.size() + kPieceBytes - 1) / kPieceBytes);
  WorkerTeam& team = WorkerTeam::Shared();
  team.Run([&](int member) {
    const Range part = PartOf(std::ssize(digests), 1, member, team.num_threads());
    for (std::size_t piece = AsSize(part.begin); piece < AsSize(part.end); ++piece) {
      const std::size_t begin = piece * kPieceBytes;
      const SharedBytes bytes = file.Slice(begin, std::min(kPieceBytes, file.size() - begin));
      Digest digest;
      digest.Add(bytes.span());
      digests[piece] = digest.value();
      bytes.ReleasePages();
    }
  });
  Digest whole;
  whole.Add(std::as_bytes(std::span(digests)));
  return whole.value();
}

ModelFiles ModelFiles::LookAt(const std::filesystem::path& xml) {
  ModelFiles files{xml, MarkOf(xml), {}};
  files.bin_mark = MarkOf(files.bin());
  return files;
}

std::filesystem::path ModelFiles::bin() const { return std::filesystem::path(xml).replace_extension(".bin"); }

bool ModelFiles::AreAsBefore() const { return MarkOf(xml) == xml_mark && MarkOf(bin()) == bin_mark; }

}  // namespace stepwell::runtime
