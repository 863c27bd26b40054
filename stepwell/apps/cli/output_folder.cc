#include "stepwell/apps/cli/output_folder.h"

#include <fmt/format.h>

#include "stepwell/base/error.h"

namespace stepwell::cli {

void MakeOutputFolder(const std::filesystem::path& folder, const char* flag) {
  std::error_code failure;
  std::filesystem::create_directories(folder, failure);
  if (!failure && std::filesystem::is_directory(folder, failure)) return;
  throw Error(ErrorKind::kIo, fmt::format("cannot make the folder '{}' ({}); give one that you may write to with {}",
                                          folder.string(), failure ? failure.message() : "it is a file", flag));
}

}  // namespace stepwell::cli
