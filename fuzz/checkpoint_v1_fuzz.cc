#include "fuzz/support/fuzz_target.h"
#include "fuzz/support/scratch_folder.h"
#include "fuzz/support/seal_table.h"
#include "fuzz/support/use_source.h"

// A V1 checkpoint of one file, with its checksums and without.
void stepwell::fuzz::FuzzOne(Bytes input) {
  const auto path = ScratchFolder::OfProcess().Write("weights", input);
  WithAndWithoutChecksums([&](converter::Checksums checksums) { Use(converter::OpenCheckpoint(path, checksums)); });
}

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most, unsigned seed) {
  return stepwell::fuzz::MutateAndSeal(data, size, most, seed,
                                       [](std::span<std::byte> file) { stepwell::fuzz::SealTable(file); });
}
