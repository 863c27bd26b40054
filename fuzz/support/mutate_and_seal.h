#pragma once

#include <cstdint>
#include <span>

#include "stepwell/base/parallel.h"

// libFuzzer's own mutations, for custom ones to begin with.
extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t most);

namespace stepwell::fuzz {

// A mutation that checksums do not give away in three of four cases: `seal` makes them right again.
inline std::size_t MutateAndSeal(std::uint8_t* data, std::size_t size, std::size_t most, unsigned seed,
                                 FunctionRef<void(std::span<std::byte>)> seal) {
  const std::size_t mutated = LLVMFuzzerMutate(data, size, most);
  if (seed % 4 != 0) seal(std::as_writable_bytes(std::span(data, mutated)));
  return mutated;
}

}  // namespace stepwell::fuzz
