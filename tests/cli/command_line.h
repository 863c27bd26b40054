#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "stepwell/base/npy.h"
#include "tests/support/run_program.h"
#include "tests/support/temp_folder.h"

namespace stepwell::tests {

using testing::ProgramResult;

inline const std::filesystem::path kModels = STEPWELL_SOURCE_DIR "/models";
inline const std::filesystem::path kProgram = STEPWELL_BINARY_DIR "/stepwell";

inline constexpr int kDone = 0;
inline constexpr int kFailed = 1;
inline constexpr int kUsage = 2;

inline std::string Model(const std::string& path) { return (kModels / path).string(); }
inline std::string Speech(const std::string& version) { return Model("deepspeech/" + version + "/output_graph.pb"); }

// The program `stepwell`, used in an empty folder.
class CommandLine : public ::testing::Test {
 protected:
  ProgramResult Stepwell(const std::vector<std::string>& arguments) const {
    return testing::RunProgram(kProgram, arguments, folder_.path());
  }
  // The program called through a link named mo.
  ProgramResult Mo(const std::vector<std::string>& arguments) const {
    const auto link = links_ / "mo";
    if (!std::filesystem::exists(link)) std::filesystem::create_symlink(kProgram, link);
    return testing::RunProgram(link, arguments, folder_.path());
  }
  // What a command prints with --json; it must succeed.
  nlohmann::json Json(std::vector<std::string> arguments) const {
    arguments.emplace_back("--json");
    const ProgramResult result = Stepwell(arguments);
    EXPECT_EQ(result.exit_code, kDone) << result.err;
    return nlohmann::json::parse(result.out);
  }

  // The names of all files and folders in the folder, sorted.
  std::vector<std::string> Files() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_.path())) {
      names.push_back(std::filesystem::relative(entry.path(), folder_.path()).string());
    }
    std::sort(names.begin(), names.end());
    return names;
  }

  testing::TempFolder folder_;

 private:
  testing::TempFolder links_;
};

// The value of `key` in every element of an array.
inline std::vector<std::string> Each(const nlohmann::json& array, const std::string& key) {
  std::vector<std::string> values;
  for (const auto& element : array) values.push_back(element.at(key).get<std::string>());
  return values;
}

}  // namespace stepwell::tests
