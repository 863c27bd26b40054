#include "fuzz/support/fuzz_target.h"
#include "fuzz/support/use_source.h"
#include "stepwell/converter/source/graph_kind.h"
#include "stepwell/converter/source/graph_reader.h"
#include "stepwell/converter/source/meta_graph_reader.h"
#include "stepwell/converter/source/saved_model.h"
#include "stepwell/converter/source/text_format.h"

// GraphDef, MetaGraphDef and SavedModel in text form, as one is told from the other.
void stepwell::fuzz::FuzzOne(Bytes input) {
  const converter::TextMessage message = converter::DetectTextMessage(AsText(input));
  const converter::WireReader wire(converter::TextToWire(AsText(input), message));
  switch (message) {
    case converter::TextMessage::kGraphDef:
      return Use(converter::ReadGraphDef(wire));
    case converter::TextMessage::kSavedModel:
      return Use(converter::ReadSavedModel(wire.bytes(), {}).graph);
    default:
      return Use(converter::ReadMetaGraphDef(wire).graph);
  }
}
