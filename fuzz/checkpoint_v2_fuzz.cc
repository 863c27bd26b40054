#include "fuzz/support/fuzz_target.h"
#include "fuzz/support/parts.h"
#include "fuzz/support/scratch_folder.h"
#include "fuzz/support/seal_table.h"
#include "fuzz/support/use_source.h"

// A V2 checkpoint: the index, then the bytes of its data file, which is there as the only one and as two of two.
void stepwell::fuzz::FuzzOne(Bytes input) {
  const auto& folder = ScratchFolder::OfProcess();
  const auto [index, data] = TwoFiles(input);
  folder.Write("v2.index", index);
  for (const char* name : {"v2.data-00000-of-00001", "v2.data-00000-of-00002", "v2.data-00001-of-00002"}) {
    folder.Write(name, data);
  }
  WithAndWithoutChecksums(
      [&](converter::Checksums checksums) { Use(converter::OpenCheckpoint(folder.path() / "v2", checksums)); });
}

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most, unsigned seed) {
  const auto seal = [](std::span<std::byte> input) {
    stepwell::fuzz::SealTable(input.first(stepwell::fuzz::TwoFiles(input).first.size()));
  };
  return stepwell::fuzz::MutateAndSeal(data, size, most, seed, seal);
}
