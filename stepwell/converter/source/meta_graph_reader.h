#pragma once

#include <optional>
#include <string>
#include <vector>

#include "stepwell/converter/source/signature.h"
#include "stepwell/converter/source/source_graph.h"
#include "stepwell/converter/source/wire_reader.h"

namespace stepwell::converter {

// How the graph saves and restores its variables (a SaverDef): names of a tensor and of an op.
struct SaverInfo {
  std::string filename_tensor;
  std::string restore_op;
};

struct MetaGraph {
  SourceGraph graph;
  std::optional<SaverInfo> saver;
  Signatures signatures;
};

// A MetaGraphDef message in binary form: the graph, its saver and its signatures. Collections and the list of ops are
// not read: what TensorFlow 2 stumbles over in CuDNN's training graphs is there. `Validate` is not called.
MetaGraph ReadMetaGraphDef(WireReader message);

// The tags of a MetaGraphDef message, in the order of the file; nothing else of it is read.
std::vector<std::string> ReadTags(WireReader message);

}  // namespace stepwell::converter
