#include "stepwell/converter/source/meta_graph_reader.h"

#include "stepwell/base/error.h"
#include "stepwell/converter/source/graph_reader.h"

namespace stepwell::converter {
namespace {

SaverInfo ReadSaver(WireReader message) {
  SaverInfo saver;
  while (message.Next()) {
    if (message.field() == 1) saver.filename_tensor = message.String();
    if (message.field() == 3) saver.restore_op = message.String();
  }
  return saver;
}

}  // namespace

MetaGraph ReadMetaGraphDef(WireReader message) {
  MetaGraph meta;
  bool has_graph = false;
  while (message.Next()) {
    if (message.field() == 2) {
      meta.graph = ReadGraphDef(message.Message());
      has_graph = true;
    }
    if (message.field() == 3) meta.saver = ReadSaver(message.Message());
    if (message.field() == 5) ReadSignatureEntry(message.Message(), meta.signatures);
  }
  Require(has_graph, ErrorKind::kInvalidModel, "the MetaGraph holds no graph");
  return meta;
}

// MetaInfoDef: 4 tags.
std::vector<std::string> ReadTags(WireReader message) {
  std::vector<std::string> tags;
  while (message.Next()) {
    if (message.field() != 1) continue;
    for (WireReader information = message.Message(); information.Next();) {
      if (information.field() == 4) tags.push_back(information.String());
    }
  }
  return tags;
}

}  // namespace stepwell::converter
