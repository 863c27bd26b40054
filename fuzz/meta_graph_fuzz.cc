#include "fuzz/support/fuzz_target.h"
#include "fuzz/support/use_source.h"
#include "stepwell/converter/source/graph_kind.h"
#include "stepwell/converter/source/meta_graph_reader.h"

// MetaGraphDef in binary form.
void stepwell::fuzz::FuzzOne(Bytes input) {
  const SharedBytes file = SharedBytes::CopyOf(input);
  converter::DetectMessage(file);
  Use(converter::ReadMetaGraphDef(converter::WireReader(file)).graph);
}
