#include "fuzz/support/fuzz_target.h"
#include "fuzz/support/use_source.h"
#include "stepwell/converter/source/graph_kind.h"
#include "stepwell/converter/source/graph_reader.h"
#include "stepwell/converter/source/meta_graph_reader.h"
#include "stepwell/converter/source/text_format.h"

// GraphDef and MetaGraphDef in text form, as one is told from the other.
void stepwell::fuzz::FuzzOne(Bytes input) {
  const converter::TextMessage message = converter::DetectTextMessage(AsText(input));
  const converter::WireReader wire(converter::TextToWire(AsText(input), message));
  const bool is_graph = message == converter::TextMessage::kGraphDef;
  Use(is_graph ? converter::ReadGraphDef(wire) : converter::ReadMetaGraphDef(wire).graph);
}
