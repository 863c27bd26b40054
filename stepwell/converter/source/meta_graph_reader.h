#pragma once

#include <optional>
#include <string>

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
};

// A MetaGraphDef message in binary form: the graph and its saver. Collections, signatures and the list of ops are not
// read: what TensorFlow 2 stumbles over in CuDNN's training graphs is there. `Validate` is not called.
MetaGraph ReadMetaGraphDef(WireReader message);

}  // namespace stepwell::converter
