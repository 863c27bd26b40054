#pragma once

#include <span>

#include "fuzz/support/mutate_and_seal.h"
#include "stepwell/base/error.h"
#include "stepwell/converter/source/checkpoint.h"

namespace stepwell::fuzz {

// Makes the checksums of a table's blocks right again, as far as the blocks can be found.
void SealTable(std::span<std::byte> file);

// Reads once as everybody does, and, where that fails, once more with --no-checksums.
inline void WithAndWithoutChecksums(FunctionRef<void(converter::Checksums)> read) {
  try {
    read(converter::Checksums::kVerify);
  } catch (const Error&) {
    read(converter::Checksums::kSkip);
  }
}

}  // namespace stepwell::fuzz
