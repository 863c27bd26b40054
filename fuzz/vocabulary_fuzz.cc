#include "fuzz/support/fuzz_target.h"
#include "stepwell/apps/lm1b/vocabulary.h"

// lm_1b's vocabulary.
void stepwell::fuzz::FuzzOne(Bytes input) {
  const auto vocabulary = apps::Vocabulary::Parse(std::string(AsText(input)), "fuzzed");
  for (apps::Vocabulary::Id id = 0; id < vocabulary.size(); ++id) vocabulary.Find(vocabulary.word(id));
}
