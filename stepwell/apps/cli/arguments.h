#pragma once

#include <string>
#include <vector>

namespace stepwell::cli {

// The program's arguments in the form in which the parser wants them:
// - called through a link named `mo`, the command is `convert`;
// - flags whose value is optional in mo ("--silent", "--silent=False", "--silent False") always have one, so that a
//   word behind such a flag is taken for its value only when it is True or False.
std::vector<std::string> NormalisedArguments(const std::vector<std::string>& arguments);

}  // namespace stepwell::cli
