#pragma once

#include <filesystem>
#include <string_view>

#include "fuzz/support/fuzz_target.h"

namespace stepwell::fuzz {

// One folder a process for readers that want paths, in the system's folder for temporary files (TMPDIR); removed at the
// end. Files are written anew for each input, under the same names.
class ScratchFolder {
 public:
  static const ScratchFolder& OfProcess();

  std::filesystem::path Write(std::string_view name, Bytes bytes) const;
  const std::filesystem::path& path() const { return path_; }

 private:
  ScratchFolder();
  ~ScratchFolder();

  std::filesystem::path path_;
};

}  // namespace stepwell::fuzz
