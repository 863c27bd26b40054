#include "stepwell/apps/cli/arguments.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>
#include <string_view>

namespace stepwell::cli {
namespace {

constexpr std::array<std::string_view, 8> kFlagsWithOptionalValue = {
    "--input_model_is_text", "--compress_to_fp16", "--silent",       "--progress",
    "--stream_output",       "--share_weights",    "--static_shape", "--reverse_input_channels"};

bool IsBoolean(std::string_view word) {
  constexpr std::array<std::string_view, 8> kBooleans = {"true", "false", "1", "0", "yes", "no", "on", "off"};
  std::string lower(word);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return std::tolower(c); });
  return std::find(kBooleans.begin(), kBooleans.end(), lower) != kBooleans.end();
}

bool TakesOptionalValue(std::string_view argument) {
  return std::find(kFlagsWithOptionalValue.begin(), kFlagsWithOptionalValue.end(), argument) !=
         kFlagsWithOptionalValue.end();
}

bool IsCalledMo(const std::string& program) { return std::filesystem::path(program).filename() == "mo"; }

}  // namespace

std::vector<std::string> NormalisedArguments(const std::vector<std::string>& arguments) {
  std::vector<std::string> normalised;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    if (!TakesOptionalValue(argument)) {
      normalised.push_back(argument);
    } else if (i + 1 < arguments.size() && IsBoolean(arguments[i + 1])) {
      normalised.push_back(argument + "=" + arguments[++i]);
    } else {
      normalised.push_back(argument + "=true");
    }
    const bool asks_version = arguments.size() == 2 && arguments[1] == "--version";
    if (i == 0 && IsCalledMo(argument) && !asks_version) normalised.emplace_back("convert");
  }
  return normalised;
}

}  // namespace stepwell::cli
