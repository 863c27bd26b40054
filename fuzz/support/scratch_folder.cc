#include "fuzz/support/scratch_folder.h"

#include <cstdlib>
#include <fstream>
#include <string>

#include "stepwell/base/error.h"

namespace stepwell::fuzz {

ScratchFolder::ScratchFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "stepwell_fuzz_XXXXXX").string();
  STEPWELL_CHECK(::mkdtemp(name.data()) != nullptr);
  path_ = name;
}

ScratchFolder::~ScratchFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

const ScratchFolder& ScratchFolder::OfProcess() {
  static const ScratchFolder folder;
  return folder;
}

std::filesystem::path ScratchFolder::Write(std::string_view name, Bytes bytes) const {
  std::ofstream file(path_ / name, std::ios::binary | std::ios::trunc);
  file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  return path_ / name;
}

}  // namespace stepwell::fuzz
