#include "stepwell/state/snapshot_store.h"

#include <fmt/format.h>

#include <algorithm>

#include "stepwell/base/error.h"
#include "stepwell/base/file.h"
#include "stepwell/base/memory.h"
#include "stepwell/base/text.h"
#include "stepwell/state/snapshot.h"

namespace stepwell::state {
namespace {

constexpr std::size_t kLongestName = 100;
constexpr std::string_view kSuffix = ".snapshot";

bool IsNameLetter(char letter) {
  const bool is_letter = (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z');
  return is_letter || (letter >= '0' && letter <= '9') || letter == '.' || letter == '_' || letter == '-';
}

bool IsName(std::string_view name) {
  return !name.empty() && name.size() <= kLongestName && name.front() != '.' &&
         std::all_of(name.begin(), name.end(), IsNameLetter);
}

void RequireName(std::string_view name) {
  if (IsName(name)) return;
  throw Error(ErrorKind::kInvalidArgument,
              fmt::format("a snapshot's name is 1 to {} of the characters A-Z a-z 0-9 . _ - and does not begin with a "
                          "dot; '{}' was given",
                          kLongestName, name));
}

Error NoSuchSnapshot(std::string_view name, const std::vector<std::string>& names) {
  return {ErrorKind::kInvalidArgument, fmt::format("there is no snapshot '{}'{}", name, DidYouMean(name, names))};
}

Error CannotUse(const std::filesystem::path& path, const std::error_code& error) {
  return {ErrorKind::kIo, fmt::format("cannot use '{}': {}", path.string(), error.message())};
}

bool IsWholeSnapshot(const std::filesystem::path& path) {
  try {
    ReadSnapshot(MapFile(path).span());
    return true;
  } catch (const Error&) {
    return false;
  }
}

}  // namespace

void MemorySnapshots::Put(std::string_view name, std::span<const std::byte> snapshot) {
  RequireName(name);
  std::vector<std::byte> copy(snapshot.begin(), snapshot.end());
  const std::scoped_lock lock(mutex_);
  snapshots_.insert_or_assign(std::string(name), std::move(copy));
}

std::vector<std::byte> MemorySnapshots::Get(std::string_view name) const {
  RequireName(name);
  const std::vector<std::string> names = List();
  const std::scoped_lock lock(mutex_);
  const auto found = snapshots_.find(name);
  if (found == snapshots_.end()) throw NoSuchSnapshot(name, names);
  return found->second;
}

std::vector<std::string> MemorySnapshots::List() const {
  const std::scoped_lock lock(mutex_);
  std::vector<std::string> names;
  for (const auto& [name, snapshot] : snapshots_) names.push_back(name);
  return names;
}

void MemorySnapshots::Remove(std::string_view name) {
  RequireName(name);
  const std::scoped_lock lock(mutex_);
  if (const auto found = snapshots_.find(name); found != snapshots_.end()) snapshots_.erase(found);
}

FolderSnapshots::FolderSnapshots(std::filesystem::path folder) : folder_(std::move(folder)) {
  std::error_code error;
  std::filesystem::create_directories(folder_, error);
  if (!std::filesystem::is_directory(folder_)) {
    throw CannotUse(folder_, error);
  }
}

std::filesystem::path FolderSnapshots::PathOf(std::string_view name) const {
  RequireName(name);
  return folder_ / fmt::format("{}{}", name, kSuffix);
}

void FolderSnapshots::Put(std::string_view name, std::span<const std::byte> snapshot) {
  AtomicFile file(PathOf(name));
  file.Write(snapshot);
  file.Commit();
}

std::vector<std::byte> FolderSnapshots::Get(std::string_view name) const {
  const std::filesystem::path path = PathOf(name);
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) throw NoSuchSnapshot(name, List());
  const SharedBytes bytes = MapFile(path);
  return {bytes.span().begin(), bytes.span().end()};
}

std::vector<std::string> FolderSnapshots::List() const {
  std::vector<std::string> names;
  std::error_code error;
  const std::filesystem::directory_iterator entries(folder_, error);
  if (error) throw CannotUse(folder_, error);
  for (const auto& entry : entries) {
    std::string name = entry.path().filename().string();
    if (!name.ends_with(kSuffix)) continue;
    name.resize(name.size() - kSuffix.size());
    if (IsName(name) && IsWholeSnapshot(entry.path())) names.push_back(std::move(name));
  }
  std::sort(names.begin(), names.end());
  return names;
}

void FolderSnapshots::Remove(std::string_view name) {
  std::error_code error;
  std::filesystem::remove(PathOf(name), error);
  if (error) throw CannotUse(PathOf(name), error);
}

}  // namespace stepwell::state
