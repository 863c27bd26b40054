#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "stepwell/converter/source/checkpoint.h"
#include "stepwell/converter/source/meta_graph_reader.h"
#include "stepwell/converter/source/source_graph.h"

namespace stepwell::converter {

enum class SourceKind : std::uint8_t {
  kGraphDef,        // .pb or .pbtxt, frozen or with a checkpoint beside it
  kMemmapped,       // .pbmm
  kMetaGraph,       // .meta, binary or text
  kSavedModel,      // saved_model.pb or .pbtxt with the folder around it
  kCheckpointOnly,  // variables without a graph: a template must supply it
};
std::string_view SourceKindName(SourceKind kind);

// How a graph file is written. kDetect looks at its first bytes.
enum class GraphEncoding : std::uint8_t { kDetect, kBinary, kText };

// Whether the checkpoint that lies beside a graph is read where none is named.
enum class CheckpointBeside : std::uint8_t { kTake, kLeave };

struct SourceOptions {
  // A graph of any kind, a SavedModel's folder, or a checkpoint (prefix, file or folder). Empty where another field
  // says what to read.
  std::filesystem::path model = {};
  std::filesystem::path meta_graph =
      {};  // mo's --input_meta_graph; its checkpoint is the prefix beside it unless given
  std::filesystem::path checkpoint = {};           // mo's --input_checkpoint; anything that OpenCheckpoint takes
  std::filesystem::path saved_model_dir = {};      // mo's --saved_model_dir
  std::vector<std::string> saved_model_tags = {};  // all tags of the MetaGraph to take; saved_model.h
  GraphEncoding encoding = GraphEncoding::kDetect;
  Checksums checksums = Checksums::kVerify;
  CheckpointBeside beside = CheckpointBeside::kTake;
};

struct LoadedSource {
  SourceKind kind = SourceKind::kGraphDef;
  std::filesystem::path path;  // the graph's file, or the checkpoint's prefix where there is no graph
  SourceGraph graph;           // validated; empty for kCheckpointOnly
  std::optional<Checkpoint> checkpoint;
  std::optional<SaverInfo> saver;  // of a MetaGraph
  Signatures signatures;           // of a MetaGraph or SavedModel
  // For kCheckpointOnly: the MetaGraph that lies beside the checkpoint, if any; not read.
  std::optional<std::filesystem::path> sibling_meta_graph;
};

// Finds out what the paths hold and reads it; weights stay in the mapped files. Throws Error with the path, what was
// expected there, what was found, and what to try.
LoadedSource LoadSource(const SourceOptions& options);

}  // namespace stepwell::converter
