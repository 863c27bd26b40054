#pragma once

#include <filesystem>
#include <string_view>

#include "stepwell/base/memory.h"
#include "stepwell/base/tensor.h"

namespace stepwell {

// An array of a .npy file, versions 1 to 3 of NumPy's format (numpy.lib.format): booleans, integers and floats of 1 to
// 8 bytes, either byte order, C or Fortran order. The tensor is in C order. Throws Error naming `name`: kInvalidModel
// where the file contradicts itself, kUnsupported for other element types.
Tensor ParseNpy(const SharedBytes& file, std::string_view name);
Tensor ReadNpy(const std::filesystem::path& path);

// Writes version 1, C order, little endian; the file appears whole or not at all. bf16 and types of less than a byte
// have no form in NumPy: Error(kUnsupported).
void WriteNpy(const std::filesystem::path& path, const ConstTensorView& tensor);

}  // namespace stepwell
