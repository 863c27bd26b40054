#pragma once

#include <sys/resource.h>

#include <string>
#include <vector>

#include "tests/cli/command_line.h"

namespace stepwell::tests {

// The program on files that lie, under a cap on its memory: 1.5 GiB of addresses, of which it takes a third to begin
// with. What a file merely claims to hold cannot be allocated there.
class HostileFile : public CommandLine {
 protected:
  HostileFile() {
    ::getrlimit(RLIMIT_AS, &before_);
    rlimit capped = before_;
    capped.rlim_cur = rlim_t{1536} << 20;
    ::setrlimit(RLIMIT_AS, &capped);  // children inherit it
  }
  ~HostileFile() override { ::setrlimit(RLIMIT_AS, &before_); }

  // Ends with exit code 1 and an error of the library's that says all this, and leaves nothing behind.
  void ExpectRefused(const std::vector<std::string>& arguments, const std::vector<std::string>& says) const {
    const std::vector<std::string> before = Files();
    const ProgramResult result = Stepwell(WithOneThread(arguments));
    EXPECT_EQ(result.exit_code, kFailed) << ::testing::PrintToString(arguments) << result.err;
    EXPECT_EQ(result.out, "");
    for (const std::string& text : says) EXPECT_THAT(result.err, ::testing::HasSubstr(text));
    EXPECT_THAT(result.err, ::testing::Not(::testing::HasSubstr("internal error")));
    EXPECT_THAT(result.err, ::testing::Not(::testing::HasSubstr("not enough memory")));
    EXPECT_EQ(Files(), before);
  }
  void ExpectDone(const std::vector<std::string>& arguments) const {
    const ProgramResult result = Stepwell(WithOneThread(arguments));
    EXPECT_EQ(result.exit_code, kDone) << ::testing::PrintToString(arguments) << result.err;
  }

 private:
  // Every thread would take addresses of its own.
  static std::vector<std::string> WithOneThread(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--threads", "1"});
    return arguments;
  }

  rlimit before_{};
};

// One row of a table of hostile files.
struct HostileCase {
  std::string name;
  std::string text;
  std::vector<std::string> says;
};
inline void PrintTo(const HostileCase& row, std::ostream* out) { *out << row.name; }

inline std::string NameOf(const ::testing::TestParamInfo<HostileCase>& row) { return row.param.name; }

}  // namespace stepwell::tests
