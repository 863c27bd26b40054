#pragma once

#include <cstdint>
#include <string_view>

#include "stepwell/base/memory.h"

namespace stepwell::converter {

// Throws Error(kInvalidModel), naming `what`, unless the masked CRC-32C of `bytes` is `expected`. Pages of a mapped
// file that only this has touched are released again, so that checking a checkpoint does not make it resident.
void VerifyMaskedCrc(const SharedBytes& bytes, std::uint32_t expected, std::string_view what);

}  // namespace stepwell::converter
