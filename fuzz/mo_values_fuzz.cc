#include <map>
#include <string>

#include "fuzz/support/fuzz_target.h"
#include "stepwell/base/error.h"
#include "stepwell/converter/mo_options.h"

// The values of mo's flags; the first byte says whose.
void stepwell::fuzz::FuzzOne(Bytes input) {
  Require(!input.empty(), ErrorKind::kInvalidModel, "nothing");
  const std::string_view text = AsText(input.subspan(1));
  std::map<std::string, std::string> roles;
  switch (std::to_integer<int>(input[0]) % 7) {
    case 0:
      return void(converter::ParseInputs(text));
    case 1:
      return void(converter::ParseInputShapes(text));
    case 2:
      return void(converter::ParseOutputs(text));
    case 3:
      return void(converter::ParseFreezes(text));
    case 4:
      return void(converter::ParseBatch(text));
    case 5:
      return void(converter::ParseStates(text));
    default:
      return converter::ParseRole(text, roles);
  }
}
