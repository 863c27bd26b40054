#pragma once

#include <cstddef>
#include <span>
#include <string_view>

// What every fuzz target shares. Each target is one file that defines FuzzOne; entry.cc makes it a program.
namespace stepwell::fuzz {

using Bytes = std::span<const std::byte>;

// Reads one hostile input as a user's file would be read, and does with it what comes next. It may finish or throw
// stepwell::Error; any other exception, a check that fails, a fault that a sanitizer sees, more memory or more time
// than tools/fuzz.sh grants are findings.
void FuzzOne(Bytes input);

inline std::string_view AsText(Bytes bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

}  // namespace stepwell::fuzz
