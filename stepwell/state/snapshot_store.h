#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace stepwell::state {

// Keeps snapshots under names. Names are 1 to 100 of the characters A-Z a-z 0-9 . _ - and do not begin with a dot;
// other names throw Error(kInvalidArgument). Thread-safe.
class SnapshotStore {
 public:
  virtual ~SnapshotStore() = default;

  // Replaces what has the name. When it throws, what was there stays.
  virtual void Put(std::string_view name, std::span<const std::byte> snapshot) = 0;
  // Throws Error(kInvalidArgument) with the nearest names when there is none.
  virtual std::vector<std::byte> Get(std::string_view name) const = 0;
  // Whole snapshots only, sorted.
  virtual std::vector<std::string> List() const = 0;
  virtual void Remove(std::string_view name) = 0;  // nothing happens when there is none
};

class MemorySnapshots final : public SnapshotStore {
 public:
  void Put(std::string_view name, std::span<const std::byte> snapshot) override;
  std::vector<std::byte> Get(std::string_view name) const override;
  std::vector<std::string> List() const override;
  void Remove(std::string_view name) override;

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::vector<std::byte>, std::less<>> snapshots_;
};

// One file NAME.snapshot each, written under another name, flushed and renamed: after a crash, or beside another
// process, a name has its old snapshot or its new one.
class FolderSnapshots final : public SnapshotStore {
 public:
  // Creates the folder if need be. Throws Error(kIo).
  explicit FolderSnapshots(std::filesystem::path folder);

  void Put(std::string_view name, std::span<const std::byte> snapshot) override;
  std::vector<std::byte> Get(std::string_view name) const override;
  std::vector<std::string> List() const override;
  void Remove(std::string_view name) override;

 private:
  std::filesystem::path PathOf(std::string_view name) const;

  std::filesystem::path folder_;
};

}  // namespace stepwell::state
