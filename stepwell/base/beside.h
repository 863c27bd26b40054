#pragma once

#include <filesystem>

namespace stepwell {

// Throws Error(kInvalidModel) where `file` is a link that leads out of the folders of `anchor`, the file that the user
// named, and of what `anchor` itself is a link to: a model must not pull in other files of the machine.
void RequireBeside(const std::filesystem::path& file, const std::filesystem::path& anchor);

}  // namespace stepwell
