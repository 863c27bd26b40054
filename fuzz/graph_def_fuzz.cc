#include "fuzz/support/fuzz_target.h"
#include "fuzz/support/use_source.h"
#include "stepwell/converter/source/graph_kind.h"
#include "stepwell/converter/source/graph_reader.h"

// GraphDef in binary form.
void stepwell::fuzz::FuzzOne(Bytes input) {
  const SharedBytes file = SharedBytes::CopyOf(input);
  converter::DetectEncoding(file);
  Use(converter::ReadGraphDef(file));
}
