#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "stepwell/base/tensor.h"

namespace stepwell {

enum class NpyOrder : std::uint8_t { kC, kFortran };
enum class NpyByteOrder : std::uint8_t { kLittle, kBig };

// What the header of a .npy file says: a Python dictionary of the keys 'descr', 'fortran_order' and 'shape'.
struct NpyHeader {
  TensorType type;  // static
  NpyOrder order = NpyOrder::kC;
  NpyByteOrder byte_order = NpyByteOrder::kLittle;
};

// Throws Error(kInvalidModel) where the text is no such dictionary, kUnsupported for element types we do not have.
NpyHeader ParseNpyHeader(std::string_view text);

// The dictionary as NumPy writes it, without padding and line end.
std::string FormatNpyHeader(const TensorType& type);

}  // namespace stepwell
