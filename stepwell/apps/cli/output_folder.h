#pragma once

#include <filesystem>

namespace stepwell::cli {

// Makes the folder, and those it lies in, unless it is there. Throws Error(kIo) naming it and the flag that gave it.
void MakeOutputFolder(const std::filesystem::path& folder, const char* flag);

}  // namespace stepwell::cli
