#include "fuzz/support/fuzz_target.h"
#include "stepwell/apps/deepspeech/arpa_reader.h"

// An n-gram model in ARPA form.
void stepwell::fuzz::FuzzOne(Bytes input) { apps::ParseArpa(AsText(input), "fuzzed"); }
