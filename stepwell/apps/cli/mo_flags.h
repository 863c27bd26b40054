#pragma once

#include <span>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace stepwell::cli {

// A flag of mo, of any version, that does nothing here. docs/mo-flags.md has a row for each, and for each that works.
struct MoFlag {
  enum class Status {
    kAlwaysSo,  // accepted: what it asks for is so without it
    kNoEffect,  // accepted with a warning
    kRefused,
  };
  const char* name;
  Status status;
  const char* why;
};

std::span<const MoFlag> MoFlags();

// Adds the flags that are accepted.
void AddMoFlags(CLI::App& command);
// Throws CLI::ValidationError (a mistake of usage) with the reason where one of the words is a flag that is refused.
void RefuseMoFlags(const std::vector<std::string>& arguments);

}  // namespace stepwell::cli
