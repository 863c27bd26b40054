#include <cstdint>

#include "fuzz/support/fuzz_target.h"
#include "stepwell/base/error.h"
#include "stepwell/base/memory_budget.h"
#include "stepwell/base/parallel.h"

// libFuzzer's two entries (llvm.org/docs/LibFuzzer.html).

extern "C" int LLVMFuzzerInitialize(int* /*argc*/, char*** /*argv*/) {
  // What a model may ask for: far less than a single allocation may be (tools/fuzz.sh), so that a size which goes past
  // the budget is seen.
  constexpr std::size_t kBudget = std::size_t{64} << 20;
  stepwell::SetMemoryBudget(kBudget);
  stepwell::SetThreadBudget(1);
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    stepwell::fuzz::FuzzOne(std::as_bytes(std::span(data, size)));
  } catch (const stepwell::Error& error) {
    STEPWELL_CHECK(error.what()[0] != '\0');
  }
  return 0;
}
