#include "stepwell/base/beside.h"

#include <fmt/format.h>

#include "stepwell/base/error.h"

namespace stepwell {

namespace fs = std::filesystem;

void RequireBeside(const fs::path& file, const fs::path& anchor) {
  if (!fs::exists(file) || !fs::exists(anchor)) return;
  const fs::path target = fs::canonical(file);
  const fs::path folder = anchor.has_parent_path() ? anchor.parent_path() : fs::path(".");
  if (target.parent_path() == fs::canonical(folder) || target.parent_path() == fs::canonical(anchor).parent_path()) {
    return;
  }
  throw Error(ErrorKind::kInvalidModel,
              fmt::format("'{}' is a link out of the folder of '{}', to '{}'; put the file itself there", file.string(),
                          anchor.string(), target.string()));
}

}  // namespace stepwell
