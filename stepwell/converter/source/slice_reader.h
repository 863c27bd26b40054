#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "stepwell/converter/source/checkpoint.h"

namespace stepwell::converter {

// The variables of a V1 checkpoint: one or more files, each a table of SavedTensorSlices {contents = 1, part = 2}
// (saved_tensor_slice.proto). Under the empty key stands the table of contents: name, shape, dtype and parts of every
// variable; under the SliceKey of each part its elements as a TensorProto without dtype and shape. A variable's parts
// may lie in several files. Throws Error naming the file, what was expected and found.
std::shared_ptr<const Checkpoint::Reader> OpenSlices(const std::vector<std::filesystem::path>& files,
                                                     Checksums checksums);

}  // namespace stepwell::converter
