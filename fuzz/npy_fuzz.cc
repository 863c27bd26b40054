#include "fuzz/support/fuzz_target.h"
#include "stepwell/base/npy.h"

// An array in a .npy file.
void stepwell::fuzz::FuzzOne(Bytes input) { ParseNpy(SharedBytes::CopyOf(input), "fuzzed"); }
