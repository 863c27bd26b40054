#include "stepwell/converter/templates/rebuild.h"

#include <algorithm>

#include "stepwell/base/error.h"
#include "stepwell/converter/templates/deepspeech_template.h"

namespace stepwell::converter {
namespace {

// TensorFlow's optimisers change variables by ops named ApplyAdam, ResourceApplyMomentum, SparseApplyAdagrad, …
bool IsOptimiserStep(const SourceNode& node) {
  return node.op.starts_with("Apply") || node.op.starts_with("ResourceApply") || node.op.starts_with("SparseApply");
}

bool IsTraining(const SourceGraph& graph) {
  return std::any_of(graph.nodes().begin(), graph.nodes().end(), IsOptimiserStep);
}

}  // namespace

bool NeedsRebuilding(const LoadedSource& source) {
  if (source.graph.nodes().empty()) return source.kind == SourceKind::kCheckpointOnly;
  return source.kind == SourceKind::kMetaGraph && source.checkpoint && IsDeepSpeechCheckpoint(*source.checkpoint) &&
         IsTraining(source.graph);
}

LoadedSource Rebuilt(const LoadedSource& source) {
  STEPWELL_CHECK(source.checkpoint.has_value());
  if (!IsDeepSpeechCheckpoint(*source.checkpoint)) {
    throw Error(ErrorKind::kUnsupported,
                "there is a checkpoint and no graph, and its variables are not those of DeepSpeech 0.6 to 0.9, the one "
                "network that can be rebuilt from them; give the graph with --input_model or --input_meta_graph");
  }
  LoadedSource rebuilt;
  rebuilt.kind = source.kind;
  rebuilt.path = source.path;
  rebuilt.graph = MakeDeepSpeechGraph(*source.checkpoint);
  return rebuilt;
}

LoadedSource LoadWithGraph(const SourceOptions& options) {
  LoadedSource source = LoadSource(options);
  if (!source.sibling_meta_graph || IsDeepSpeechCheckpoint(*source.checkpoint)) return source;
  return LoadSource({.meta_graph = *source.sibling_meta_graph,
                     .checkpoint = source.checkpoint->path(),
                     .checksums = options.checksums});
}

LoadedSource LoadForInference(const SourceOptions& options) {
  LoadedSource source = LoadWithGraph(options);
  if (!NeedsRebuilding(source)) return source;
  return Rebuilt(source);
}

}  // namespace stepwell::converter
