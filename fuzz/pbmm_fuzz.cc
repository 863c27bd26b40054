#include "fuzz/support/fuzz_target.h"
#include "fuzz/support/use_source.h"
#include "stepwell/converter/source/pbmm_reader.h"

// A memory-mapped graph.
void stepwell::fuzz::FuzzOne(Bytes input) {
  const SharedBytes file = SharedBytes::CopyOf(input);
  converter::IsPbmm(file);
  Use(converter::ReadPbmm(file));
}
