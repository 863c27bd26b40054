#pragma once

#include <string>

namespace stepwell {

// What tells this build of the code from every other: the build id that the linker wrote into the program, or into the
// shared library, that holds it, in hexadecimal; where there is none, that file's size and time. Programs of one
// build id have the same code.
std::string BuildId();

}  // namespace stepwell
