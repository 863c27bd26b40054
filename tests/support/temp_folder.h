#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <span>
#include <string>
#include <string_view>

namespace stepwell::testing {

// An empty folder for one test, removed with all its files at the end.
class TempFolder {
 public:
  TempFolder() {
    std::string name = (std::filesystem::path(::testing::TempDir()) / "stepwell_test_XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  ~TempFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(std::string_view name) const { return path_ / name; }

  // Writes a file of the folder and returns its path.
  std::filesystem::path Write(std::string_view name, std::span<const std::byte> bytes) const {
    std::ofstream file(path_ / name, std::ios::binary | std::ios::trunc);
    file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    return path_ / name;
  }
  std::filesystem::path Write(std::string_view name, std::string_view text) const {
    return Write(name, std::as_bytes(std::span(text)));
  }
  // Copies a file into the folder under the same or another name and returns the copy's path.
  std::filesystem::path Copy(const std::filesystem::path& file, std::string_view name = {}) const {
    const std::filesystem::path copy = path_ / (name.empty() ? file.filename() : std::filesystem::path(name));
    std::filesystem::copy_file(file, copy);
    return copy;
  }

 private:
  std::filesystem::path path_;
};

}  // namespace stepwell::testing
