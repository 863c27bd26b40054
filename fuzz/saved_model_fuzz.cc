#include "fuzz/support/fuzz_target.h"
#include "fuzz/support/use_source.h"
#include "stepwell/base/error.h"
#include "stepwell/converter/source/graph_kind.h"
#include "stepwell/converter/source/saved_model.h"

// A SavedModel's file in binary form, without tags and, where that names none, with the usual one.
void stepwell::fuzz::FuzzOne(Bytes input) {
  const SharedBytes file = SharedBytes::CopyOf(input);
  converter::DetectMessage(file);
  try {
    Use(converter::ReadSavedModel(file, {}).graph);
  } catch (const Error&) {
    Use(converter::ReadSavedModel(file, {"serve", "gpu"}).graph);
  }
}
