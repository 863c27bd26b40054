#include "fuzz/support/fuzz_target.h"
#include "stepwell/converter/convert.h"
#include "stepwell/converter/source/graph_kind.h"
#include "stepwell/converter/source/graph_reader.h"
#include "stepwell/converter/source/text_format.h"

// A whole conversion of a GraphDef in binary or text form, up to the graph that would be written.

namespace stepwell::fuzz {
namespace {

constexpr std::size_t kMostNodes = 200;

SharedBytes WireOf(Bytes input) {
  const SharedBytes file = SharedBytes::CopyOf(input);
  const bool is_text = converter::DetectEncoding(file) == converter::GraphEncoding::kText;
  return is_text ? converter::TextToWire(AsText(input), converter::TextMessage::kGraphDef) : file;
}

}  // namespace

void FuzzOne(Bytes input) {
  converter::LoadedSource source;
  source.path = "fuzzed.pb";
  source.graph = converter::ReadGraphDef(WireOf(input));
  if (source.graph.nodes().size() > kMostNodes) return;
  source.graph.Validate();
  converter::Convert(source, {});
}

}  // namespace stepwell::fuzz
