#include "fuzz/support/fuzz_target.h"
#include "stepwell/apps/deepspeech/alphabet.h"
#include "stepwell/base/error.h"

// A speech model's alphabet: the first byte says whether as a text file or as models hold it.
void stepwell::fuzz::FuzzOne(Bytes input) {
  Require(!input.empty(), ErrorKind::kInvalidModel, "nothing");
  const Bytes rest = input.subspan(1);
  const bool is_text = (input[0] & std::byte{1}) == std::byte{0};
  const auto alphabet = is_text ? apps::Alphabet::Parse(AsText(rest), "fuzzed") : apps::Alphabet::FromSerialized(rest);
  alphabet.Spell(AsText(rest));
}
